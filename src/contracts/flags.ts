import { z } from 'zod'

/** Parts of the product, and whether they are switched on. */
export const flags = z.object({ flags: z.record(z.string(), z.boolean()) })
