import type { Signal } from '../signal.ts'
import { deviceFamiliarity, hasDevice, isFamiliar } from '../traces.ts'

/** Another device than those known of the guest. */
const ANOTHER = 100

/** No device details where there were some: nothing gained by withholding them, and an unlucky page load costs less. */
const WITHHELD = 90

/** The first device details after openings without any: the same browser may have been told to share them. */
const NOTHING_TO_COMPARE = 60

/** A device that is not known of the guest, and that nobody vouched for. */
export const newDevice: Signal = {
  name: 'new_device',
  measure(baseline, opening) {
    if (isFamiliar(deviceFamiliarity(baseline, opening))) return 0
    if (!hasDevice(baseline)) {
      return baseline.openings > 0 && opening.fingerprintDigest !== null ? NOTHING_TO_COMPARE : 0
    }
    return opening.fingerprintDigest === null ? WITHHELD : ANOTHER
  },
  explain: (_baseline, opening) => ({
    code: opening.fingerprintDigest === null ? 'device_withheld' : 'device_new',
    params: {},
  }),
}
