import { open } from 'node:fs/promises'
import { create } from 'qrcode'

/** What stands before the camera, and for how long, in seconds; null is an empty table. */
export interface Shown {
  readonly text: string | null
  readonly seconds: number
}

const WIDTH = 640
const HEIGHT = 480
const FRAMES_PER_SECOND = 5
/** Longest edge of a code, in pixels: what is left is its quiet zone. */
const CODE = 424
/** Luma in the range of video (BT.601), and chroma without a colour. */
const WHITE = 235
const BLACK = 16
const GREY = 128

/**
 * Writes a video for Chromium's fake camera (YUV4MPEG2, https://wiki.multimedia.cx/index.php/YUV4MPEG2). Chromium plays it
 * over and over.
 */
export async function writeQrVideo(file: string, scenes: readonly Shown[]): Promise<void> {
  const video = await open(file, 'w')
  try {
    const size = `W${String(WIDTH)} H${String(HEIGHT)}`
    await video.write(`YUV4MPEG2 ${size} F${String(FRAMES_PER_SECOND)}:1 Ip A1:1 C420mpeg2\n`)
    for (const { text, seconds } of scenes) {
      const frame = Buffer.concat([Buffer.from('FRAME\n'), picture(text)])
      for (let count = 0; count < seconds * FRAMES_PER_SECOND; count += 1) await video.write(frame)
    }
  } finally {
    await video.close()
  }
}

/** Planar YUV 4:2:0. */
function picture(text: string | null): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT, WHITE)
  if (text !== null) draw(luma, text)
  return Buffer.concat([luma, Buffer.alloc((WIDTH * HEIGHT) / 2, GREY)])
}

function draw(luma: Buffer, text: string): void {
  const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules
  const module = Math.floor(CODE / size)
  const left = Math.floor((WIDTH - size * module) / 2)
  const top = Math.floor((HEIGHT - size * module) / 2)
  for (let row = 0; row < size * module; row += 1) {
    for (let column = 0; column < size * module; column += 1) {
      const dark = data[Math.floor(row / module) * size + Math.floor(column / module)] === 1
      if (dark) luma[(top + row) * WIDTH + left + column] = BLACK
    }
  }
}
