/** A link over WebRTC: sound and picture as tracks, messages on a data channel, a heartbeat each second. */

import { ask, endingOf, Unserved } from "../api/call";
import type { Microphone } from "../sound/microphone";
import type { Link, Listener, Open, Terms } from "./link";
import { told, type Wish } from "./messages";
import { Tally } from "./tally";

/** Milliseconds until UDP is taken to be blocked. */
const UDP = 4000;

/** Milliseconds that the server may take to answer; a face may have to be prepared. */
const ANSWERING = 20_000;

/** Milliseconds that candidates are gathered for, where there are servers to ask for them. */
const GATHERING = 1500;

/** Milliseconds between two heartbeats. */
const BEAT = 1000;

/** Heartbeats without anything received after which the server is taken to be gone. */
const SILENT_BEATS = 3;

/** Milliseconds of sound that may still be on its way when the server says that it has cut its reply;
 *  what waits here to be heard comes on top. */
const TRAIL = 120;

/** Milliseconds after which it is heard again, if the server says nothing. */
const PATIENCE = 1500;

/** What the server says before it lets go for good. */
const FAREWELLS = ["moved", "withdrawn"];

interface Answer {
  sdp: string;
  type: RTCSdpType;
  session?: string;
}

export const overWebRtc: Open = (terms, listener) => new WebRtcLink(terms, listener);

class WebRtcLink implements Link {
  readonly transport = "webrtc";
  private readonly tally = new Tally();
  private readonly gone = new AbortController();
  private peer: RTCPeerConnection | null = null;
  private channel: RTCDataChannel | null = null;
  private sender: RTCRtpSender | null = null;
  private microphone: Microphone | null = null;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private hushed: ReturnType<typeof setTimeout> | undefined;
  private silent = 0;
  private trail = TRAIL;
  private width = 0;
  private live = false;

  constructor(
    private readonly terms: Terms,
    private readonly listener: Listener,
  ) {
    this.negotiate().catch((error: unknown) => {
      if (!this.gone.signal.aborted) listener.ended(endingOf(error));
    });
  }

  send(wish: Wish): void {
    if (this.channel?.readyState === "open") this.channel.send(JSON.stringify(wish));
  }

  listen(microphone: Microphone | null): void {
    if (!microphone) return;  // its track is silent while it is off, which lets a turn end
    this.microphone = microphone;
    void this.sender?.replaceTrack(microphone.track);
  }

  hush(): void {
    this.terms.video.muted = true;
    clearTimeout(this.hushed);
    this.hushed = setTimeout(() => this.heard(), PATIENCE);
  }

  time(): number | null {
    return null;
  }

  close(): void {
    this.gone.abort();
    [this.patience, this.hushed].forEach(clearTimeout);
    clearInterval(this.beat);
    this.peer?.close();
    this.terms.video.srcObject = null;
  }

  private async negotiate(): Promise<void> {
    if (!("RTCPeerConnection" in window)) throw new DOMException("no WebRTC", "NotSupportedError");
    const { signal } = this.gone;
    this.patience = setTimeout(() => this.listener.ended({ why: "network" }), ANSWERING);
    const servers = await iceServers(signal);
    const peer = this.prepare(servers);
    await peer.setLocalDescription();
    if (servers.length > 0) await gathered(peer);
    const { choice, session } = this.terms;
    const answer = await ask<Answer>("/api/v1/webrtc/offer", {
      method: "POST",
      json: said({ ...peer.localDescription?.toJSON(), ...choice, session }),
      signal,
    });
    if (answer.session) this.listener.began(answer.session);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.listener.ended({ why: "udp" }), UDP);
    await peer.setRemoteDescription({ sdp: answer.sdp, type: answer.type });
  }

  private prepare(iceServers: RTCIceServer[]): RTCPeerConnection {
    const peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.peer = peer;
    const stream = new MediaStream();
    peer.ontrack = ({ track }) => {
      stream.addTrack(track);
      this.show(stream);
    };
    peer.onconnectionstatechange = () => {
      const lost = ["failed", "disconnected"].includes(peer.connectionState);
      if (lost) this.listener.ended({ why: this.live ? "network" : "udp" });
    };
    this.sender = peer.addTransceiver(this.microphone?.track ?? "audio", { direction: "sendrecv" }).sender;
    peer.addTransceiver("video", { direction: "recvonly" });
    this.channel = peer.createDataChannel("events");
    this.channel.onopen = () => this.opened();
    this.channel.onclose = () => this.listener.ended({ why: "network" });
    this.channel.onmessage = ({ data }: MessageEvent<string>) => this.receive(data);
    return peer;
  }

  private show(stream: MediaStream): void {
    const { video } = this.terms;
    video.removeAttribute("src");
    if (video.srcObject !== stream) video.srcObject = stream;
    video.muted = false;
    void video.play().catch(() => undefined);
  }

  private opened(): void {
    clearTimeout(this.patience);
    this.live = true;
    this.beat = setInterval(() => void this.pulse(), BEAT);
    if (this.microphone) void this.sender?.replaceTrack(this.microphone.track);
    this.listener.opened();
  }

  private receive(data: string): void {
    const message = told(data);
    if (!message || message.type === "video_chunk") return;
    if (message.type === "session") this.width = message.width;
    if (message.type === "error" && message.code === "revoked") {
      this.listener.ended({ why: "key", wrong: true });
      return;
    }
    if (message.type === "error" && message.code === "closing") {
      this.listener.ended({ why: "closing" });
      return;
    }
    if (message.type === "error" && FAREWELLS.includes(message.code)) {
      this.listener.ended({ why: "refused", complaint: message });
      return;
    }
    if (message.type === "interrupted") this.terms.video.muted = true;
    const cut = message.type === "interrupted" || (message.type === "state" && message.state !== "speaking");
    if (cut && this.terms.video.muted) {
      clearTimeout(this.hushed);
      this.hushed = setTimeout(() => this.heard(), this.trail);
    }
    this.listener.told(message);
  }

  private async pulse(): Promise<void> {
    if (!this.peer) return;
    const report = await this.peer.getStats();
    const now = this.tally.read([...report.values()] as Record<string, unknown>[]);
    this.trail = TRAIL + 1000 * now.waits;
    this.silent = now.received ? 0 : this.silent + 1;
    if (this.silent >= SILENT_BEATS) {
      this.listener.ended({ why: "network" });
      return;
    }
    const { rtt, lost, lostNow, freezes, frozen, width } = now;
    this.send({
      type: "alive",
      lost: lostNow,
      ...(rtt === null ? {} : { rtt: Math.round(rtt * 1000) }),
      ...(document.hidden ? {} : { freezes: frozen }),
    });
    const narrowed = width === null || !this.width ? 0 : Math.max(0, 1 - width / this.width);
    this.listener.measured({ rtt, lost, freezes, narrowed });
  }

  private heard(): void {
    clearTimeout(this.hushed);
    this.terms.video.muted = false;
  }
}

/** Without the fields that hold nothing. */
function said(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** A server without WebRTC has no such route. */
async function iceServers(signal: AbortSignal): Promise<RTCIceServer[]> {
  try {
    return (await ask<{ ice_servers: RTCIceServer[] }>("/api/v1/webrtc/config", { signal })).ice_servers;
  } catch (error) {
    if (error instanceof Unserved && error.status === 404) throw new DOMException("no WebRTC", "NotSupportedError");
    throw error;
  }
}

/** When the browser knows its addresses, or has looked for long enough. */
async function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    setTimeout(resolve, GATHERING);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
  });
}
