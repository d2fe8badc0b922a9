/** Reads the QR codes in a picture of the camera. */
export type ReadCodes = (video: HTMLVideoElement) => Promise<readonly string[]>

/** The part of the Barcode Detection API that is used; it is in no library of types yet. */
interface NativeDetector {
  detect: (video: HTMLVideoElement) => Promise<readonly { readonly rawValue: string }[]>
}
interface NativeDetectorClass {
  new (options: { formats: readonly string[] }): NativeDetector
  getSupportedFormats: () => Promise<readonly string[]>
}

/** Longer edge of the picture that is looked at, in pixels. A pass has 41 modules: 5 px each at a fifth of the width. */
const LOOKED_AT = 1_024

/** The reader of the browser (in effect Chrome on Android), or the one we bring along. */
export async function codeReader(): Promise<ReadCodes> {
  const native = await nativeReader()
  if (native === null) return wasmReader()
  let broken: Promise<ReadCodes> | null = null
  return async (video) => {
    if (broken !== null) return (await broken)(video)
    try {
      return await native(video)
    } catch {
      // Some phones offer it and lack the service behind it.
      broken = wasmReader()
      return []
    }
  }
}

async function nativeReader(): Promise<ReadCodes | null> {
  const { BarcodeDetector: Native } = globalThis as { BarcodeDetector?: NativeDetectorClass }
  if (Native === undefined) return null
  const formats = await Native.getSupportedFormats().catch((): readonly string[] => [])
  if (!formats.includes('qr_code')) return null
  const detector = new Native({ formats: ['qr_code'] })
  return async (video) => (await detector.detect(video)).map(({ rawValue }) => rawValue)
}

async function wasmReader(): Promise<ReadCodes> {
  const [{ prepareZXingModule, readBarcodes }, { default: wasm }] = await Promise.all([
    import('zxing-wasm/reader'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  // The default would be a host of others.
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true })
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('there is no canvas to look at pictures with')
  return async (video) => {
    const { videoWidth, videoHeight } = video
    if (videoWidth === 0 || videoHeight === 0) return []
    const scale = Math.min(1, LOOKED_AT / Math.max(videoWidth, videoHeight))
    canvas.width = Math.round(videoWidth * scale)
    canvas.height = Math.round(videoHeight * scale)
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    const picture = context.getImageData(0, 0, canvas.width, canvas.height)
    const found = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1 })
    return found.map(({ text }) => text)
  }
}
