// What a test knows of a page beside what is on it: runs before the page's own scripts, and changes none of them.
// Times are milliseconds of performance.now().
(() => {
  const senses = { violations: [], log: [], peers: [], waits: [], frames: [], levels: [], voice: [] };
  Object.defineProperty(window, "senses", { value: senses });
  const now = () => performance.now();

  document.addEventListener("securitypolicyviolation", (event) =>
    senses.violations.push(`${event.violatedDirective} forbids ${event.blockedURI}`),
  );
  addEventListener("keydown", (event) => senses.log.push([now(), `key ${event.key}`]), true);
  addEventListener("pointerdown", () => senses.log.push([now(), "pointer"]), true);

  const Peer = window.RTCPeerConnection;
  if (Peer)
    window.RTCPeerConnection = class extends Peer {
      constructor(...given) {
        super(...given);
        senses.peers.push(this);
      }
    };

  const devices = navigator.mediaDevices;
  if (devices) {
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wish) => (senses.microphone = await ask(wish));
  }

  /** The page has one video element, which it makes and moves by itself. */
  const create = Document.prototype.createElement;
  Document.prototype.createElement = function (name, ...more) {
    const element = create.call(this, name, ...more);
    if (name === "video" && !senses.video) watch((senses.video = element));
    return element;
  };

  function watch(video) {
    for (const name of ["waiting", "playing", "seeked", "ended", "stalled"])
      video.addEventListener(name, () => senses.log.push([now(), name]));
    video.addEventListener("waiting", () => {
      if (!video.seeking) senses.waits.push({ at: now(), margin: senses.margin() });
    });
    const step = (at, { mediaTime, expectedDisplayTime }) => {
      const heard = video.currentTime + (expectedDisplayTime - now()) / 1000;
      senses.frames.push({ at: expectedDisplayTime, mediaTime, ahead: 1000 * (mediaTime - heard), change: change(video) });
      video.requestVideoFrameCallback(step);
    };
    video.requestVideoFrameCallback(step);
  }

  /** How much the lower middle of the picture, where a mouth is, differs from the one before: mean of 0..255. */
  const small = new OffscreenCanvas(32, 32);
  const pen = small.getContext("2d", { willReadFrequently: true });
  let before = null;
  function change(video) {
    const { videoWidth: w, videoHeight: h } = video;
    if (!w) return 0;
    pen.drawImage(video, w * 0.3, h * 0.5, w * 0.4, h * 0.4, 0, 0, 32, 32);
    const { data } = pen.getImageData(0, 0, 32, 32);
    let sum = 0;
    if (before) for (let i = 0; i < data.length; i += 4) sum += Math.abs(data[i + 1] - before[i + 1]);
    before = data;
    return sum / 1024;
  }

  /**
   * Listen from now on, about every ten milliseconds, to what is played (0 where it is muted) and to the microphone.
   * An element that plays a stream of a peer connection cannot be a source; then its stream is.
   */
  senses.listen = () => {
    const { video } = senses;
    const context = new AudioContext();
    const played = meter(context);
    const spoken = meter(context);
    let stream = null;
    let source = null;
    const follow = () => {
      source?.disconnect();
      stream = video.srcObject;
      if (stream) source = context.createMediaStreamSource(stream);
      else {
        source = senses.element ??= context.createMediaElementSource(video);
        source.connect(context.destination);
      }
      source.connect(played.analyser);
    };
    setInterval(() => {
      if ((!source || stream !== video.srcObject) && (!video.srcObject || video.srcObject.getAudioTracks().length)) follow();
      senses.levels.push({ at: now(), level: video.muted ? 0 : played.level() });
      if (!senses.microphone) return;
      senses.ear ??= context.createMediaStreamSource(senses.microphone).connect(spoken.analyser);
      senses.voice.push({ at: now(), level: spoken.level() });
    }, 10);
    return context.resume();
  };

  /** The root mean square of the last 11 ms, full scale being 1. */
  function meter(context) {
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    const window = new Float32Array(512);
    const level = () => {
      analyser.getFloatTimeDomainData(window);
      return Math.sqrt(window.reduce((sum, one) => sum + one * one, 0) / window.length);
    };
    return { analyser, level };
  }

  /** How far what is buffered is ahead of what is played, in seconds. */
  senses.margin = () => {
    const { video } = senses;
    for (let i = 0; i < video.buffered.length; i++)
      if (video.buffered.start(i) <= video.currentTime && video.currentTime <= video.buffered.end(i))
        return video.buffered.end(i) - video.currentTime;
    return 0;
  };

  /** The statistics of the last peer connection that are about what comes in, by kind. */
  senses.inbound = async () => {
    const report = await senses.peers.at(-1).getStats();
    const inbound = [...report.values()].filter((one) => one.type === "inbound-rtp");
    return Object.fromEntries(inbound.map((one) => [one.kind, { ...one }]));
  };
})();
