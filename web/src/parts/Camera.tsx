/** Takes a photo with the camera, with an outline that a face fits into. Nothing leaves the page before "Use it". */

import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTexts } from "../texts/use";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";

interface Props {
  taken(photo: File): void;
  closed(): void;
}

/** Pixels that are asked for; a face of a third of that is sharp in any video. */
const WISHED = { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: "user" };
const QUALITY = 0.95;

type Trouble = "refused" | "missing";

export function Camera({ taken, closed }: Props): ReactNode {
  const { texts } = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const trouble = useCamera(video);
  const [photo, setPhoto] = useState<{ file: File; address: string } | null>(null);
  useEffect(() => () => URL.revokeObjectURL(photo?.address ?? ""), [photo]);

  const take = async () => {
    const file = video.current && (await still(video.current));
    if (file) setPhoto({ file, address: URL.createObjectURL(file) });
  };
  return (
    <Dialog title={texts.camera.title} className="camera" closed={closed}>
      {trouble ? (
        <p role="alert">{texts.camera[trouble]}</p>
      ) : (
        <>
          <div className="viewfinder">
            <video ref={video} muted playsInline autoPlay aria-label={texts.camera.preview} hidden={photo !== null} />
            {photo ? <img src={photo.address} alt={texts.camera.taken} /> : <Outline />}
          </div>
          <p className="small-print">{texts.camera.guide}</p>
          <div className="actions">
            {photo ? (
              <>
                <button key="again" type="button" className="button" onClick={() => setPhoto(null)}>
                  {texts.camera.again}
                </button>
                <button type="button" className="button solid" onClick={() => taken(photo.file)}>
                  {texts.camera.use}
                </button>
              </>
            ) : (
              <button type="button" className="button solid" onClick={() => void take()}>
                <Icon sign="camera" size={20} />
                {texts.camera.take}
              </button>
            )}
          </div>
        </>
      )}
    </Dialog>
  );
}

function Outline(): ReactNode {
  return (
    <svg className="outline" viewBox="0 0 400 300" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path className="outline-shade" d="M0 0h400v300H0Z M200 42c-46 0-72 36-72 88 0 58 34 112 72 112s72-54 72-112c0-52-26-88-72-88Z" />
      <path className="outline-line" d="M200 42c-46 0-72 36-72 88 0 58 34 112 72 112s72-54 72-112c0-52-26-88-72-88Z" />
      <path className="outline-eyes" d="M128 128h144" />
    </svg>
  );
}

/** Shows the camera while the dialog is open; what hinders it, or null. */
function useCamera(video: React.RefObject<HTMLVideoElement | null>): Trouble | null {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    const open = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: WISHED });
      if (gone) stop(stream);
      else if (video.current) video.current.srcObject = stream;
    };
    open().catch((error: unknown) =>
      setTrouble(error instanceof DOMException && error.name === "NotAllowedError" ? "refused" : "missing"),
    );
    return () => {
      gone = true;
      stop(stream);
    };
  }, [video]);
  return trouble;
}

function stop(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop());
}

/** The picture as others see it, not as in a mirror. */
function still(video: HTMLVideoElement): Promise<File | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) =>
    canvas.toBlob(
      (blob) => resolve(blob && new File([blob], "camera.jpg", { type: blob.type })),
      "image/jpeg",
      QUALITY,
    ),
  );
}
