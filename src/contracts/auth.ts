import { z } from 'zod'
import { email, id, line } from './common.ts'

export const password = z
  .string()
  .min(10, 'has fewer than 10 characters')
  .max(200, 'is longer than 200 characters')

export const registerBody = z.strictObject({ email, password, name: line(100).optional() })
export const loginBody = z.strictObject({ email, password: z.string().min(1).max(200) })
export const host = z
  .object({ id, email: z.string(), name: z.string().nullable(), plan: z.string() })
  .meta({ id: 'Host' })
export type Host = z.infer<typeof host>
export const session = z.object({ host, token: z.string() })
export const me = z.object({ host })
export const resetRequestBody = z.strictObject({ email })
export const resetBody = z.strictObject({ token: z.string().min(20).max(2000), password })
