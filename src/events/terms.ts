import { z } from 'zod'

/** Shapes that facts of several streams share. */

export const bandSchema = z.enum(['low', 'medium', 'high', 'block'])
export type Band = z.infer<typeof bandSchema>

export const thresholdsSchema = z.strictObject({ medium: z.int(), high: z.int(), block: z.int() })
