import { inflateSync } from 'node:zlib'

export interface Picture {
  readonly width: number
  readonly height: number
  /** Whether the pixel is darker than half. */
  readonly isDark: (x: number, y: number) => boolean
}

const SIGNATURE = '89504e470d0a1a0a'
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 6: 4 }

/** Reads an 8-bit PNG without interlacing (ISO/IEC 15948), independent of the library that wrote it. */
export function readPng(file: Uint8Array): Picture {
  const png = Buffer.from(file)
  if (png.toString('hex', 0, 8) !== SIGNATURE) throw new Error('not a PNG')
  const data: Buffer[] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const [width, height, bits, colour, interlaced] = [
    png.readUInt32BE(16),
    png.readUInt32BE(20),
    png.readUInt8(24),
    png.readUInt8(25),
    png.readUInt8(28),
  ]
  const channels = CHANNELS[colour]
  if (bits !== 8 || channels === undefined || interlaced !== 0) throw new Error('a PNG of another kind')
  const pixels = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels)
  return { width, height, isDark: (x, y) => (pixels[(y * width + x) * channels] ?? 255) < 128 }
}

function unfilter(raw: Buffer, stride: number, height: number, bpp: number): Buffer {
  const out = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const left = x < bpp ? 0 : (out[y * stride + x - bpp] ?? 0)
      const up = y === 0 ? 0 : (out[(y - 1) * stride + x] ?? 0)
      const corner = x < bpp || y === 0 ? 0 : (out[(y - 1) * stride + x - bpp] ?? 0)
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      out[y * stride + x] = ((raw[y * (stride + 1) + 1 + x] ?? 0) + predicted) & 255
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [number, number, number]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
