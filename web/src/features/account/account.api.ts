import { api } from '@shared/api/client.ts'
import type { Host } from '@contracts/auth.ts'

export interface Credentials {
  email: string
  password: string
}

export const fetchMe = (): Promise<{ host: Host }> => api.get('/auth/me')
export const login = (body: Credentials): Promise<{ host: Host }> => api.post('/auth/login', body)
export const logout = (): Promise<void> => api.post('/auth/logout')
export const requestReset = (email: string): Promise<void> => api.post('/auth/reset-request', { email })

export const register = (body: Credentials & { name?: string }, key: string): Promise<{ host: Host }> =>
  api.post('/auth/register', body, { idempotencyKey: key })

export const resetPassword = (token: string, password: string): Promise<void> =>
  api.post('/auth/reset', { token, password })
