/** Why there is no picture. */
export type CameraTrouble = 'denied' | 'none' | 'busy' | 'insecure'

/** Opens the camera at the back, or the only one there is. @throws DOMException see `troubleOfCamera` */
export function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: {
      facingMode: { ideal: 'environment' },
      // Enough for a pass at arm's length; more only costs time for each picture.
      width: { ideal: 1_280 },
      height: { ideal: 720 },
    },
  })
}

/** Whether the page was allowed before, so that opening asks nobody anything. */
export async function mayOpenUnasked(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'camera' })
    return state === 'granted'
  } catch {
    return false
  }
}

export const hasCameras = (): boolean => 'mediaDevices' in navigator

export function troubleOfCamera(thrown: unknown): CameraTrouble {
  const name = thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy'
}

export const closeCamera = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop()
}

/** Whether the camera has a light that can be switched on. */
export function hasTorch(stream: MediaStream): boolean {
  const [track] = stream.getVideoTracks()
  if (track === undefined || !('getCapabilities' in track)) return false
  return (track.getCapabilities() as { torch?: boolean }).torch === true
}

export async function setTorch(stream: MediaStream, on: boolean): Promise<void> {
  const [track] = stream.getVideoTracks()
  // `torch` is of the Image Capture draft and in no library of types yet.
  await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] })
}
