import { hashComponents, loadSources, sources, type BuiltinComponents } from '@fingerprintjs/fingerprintjs'
import { flatParts } from './fingerprint-parts.ts'

/**
 * What tells one device from another and stays the same from visit to visit. Left out on purpose: fonts, blockers,
 * audio, canvas, colour and motion preferences, user agent - they change with an update or a setting -, and screen and
 * time zone, which change with a second monitor and a journey. One changed entry makes another digest, and an honest
 * guest would pay for it; where somebody is, geolocation tells. Fewer sources also mean about 10 ms instead of
 * several hundred on a telephone.
 */
const chosen = {
  architecture: sources.architecture,
  deviceMemory: sources.deviceMemory,
  hardwareConcurrency: sources.hardwareConcurrency,
  languages: sources.languages,
  osCpu: sources.osCpu,
  platform: sources.platform,
  touchSupport: sources.touchSupport,
  vendor: sources.vendor,
  vendorFlavors: sources.vendorFlavors,
  webGlBasics: sources.webGlBasics,
}

/**
 * Reads the device. The sources are called directly and not through the library's agent, which reports its use to
 * its makers unless told otherwise; this way that code is not even in the bundle.
 */
export async function readDevice(): Promise<Record<string, string>> {
  const components = await loadSources(chosen, { cache: {} }, [])()
  const { webGlBasics, ...rest } = components
  return flatParts(
    { visitorId: { value: hashComponents(components) }, ...rest, graphics: { value: cardOf(webGlBasics) } },
    (text) => hashComponents({ text: { value: text, duration: 0 } }),
  )
}

/** The graphics card in the words of its driver; the rest of what WebGL tells changes with the browser. */
function cardOf(webGl: BuiltinComponents['webGlBasics']): string | undefined {
  if (!('value' in webGl) || typeof webGl.value !== 'object') return undefined
  return webGl.value.rendererUnmasked || webGl.value.renderer
}
