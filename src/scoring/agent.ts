/** Looked for in this order: Edge and Opera also say Chrome, Chrome also says Safari. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPiOS|Opera)\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
]

/** Of a script, mostly. */
const UNRECOGNISED = '-/-'

/**
 * The class of a user agent, such as `iPhone/Safari`: system and browser without versions, so that an update of either
 * leaves it as it is. Some fifty values for all people there are, so that it identifies nobody.
 * @returns null without a user agent; `-` stands for a part that is not recognised (the browser inside an app, mostly)
 */
export function agentClass(userAgent: string | null): string | null {
  if (userAgent === null || userAgent === '') return null
  return `${first(SYSTEMS, userAgent)}/${first(BROWSERS, userAgent)}`
}

/**
 * @param known classes that were seen before
 * @returns `same` for one of them, `system` when only the system is one of theirs, null for another or none. Agents of which
 * nothing was recognised are not alike.
 */
export function agentFamiliarity(
  known: readonly string[],
  agent: string | null | undefined,
): 'same' | 'system' | null {
  if (agent == null || agent === UNRECOGNISED) return null
  if (known.includes(agent)) return 'same'
  const system = agent.slice(0, agent.indexOf('/') + 1)
  return system !== '-/' && known.some((one) => one.startsWith(system)) ? 'system' : null
}

/**
 * Whether devices of this class are told apart badly: all iPhones of one model, language and browser show a page the same
 * details, by Apple's intent (fingerprintjs issues 109, 369 and 539 report equal fingerprints of different owners).
 */
export function looksLikeOthers(agent: string | null | undefined): boolean {
  return agent != null && (agent.startsWith('iPhone/') || agent.startsWith('iPad/'))
}

function first(table: readonly (readonly [RegExp, string])[], userAgent: string): string {
  return table.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '-'
}
