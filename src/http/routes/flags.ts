import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { flagNames, isOn, type FlagState } from '../../commands/flags/decider.ts'
import { problem } from '../../contracts/common.ts'
import { flags } from '../../contracts/flags.ts'

export const flagRoutes: FastifyPluginAsyncZod<{ readonly flags: () => Promise<FlagState> }> = async (
  app,
  deps,
) => {
  app.get(
    '/api/flags',
    { config: { access: 'host' }, schema: { tags: ['operations'], response: { 200: flags, 401: problem } } },
    async () => {
      const state = await deps.flags()
      return { flags: Object.fromEntries(flagNames.map((flag) => [flag, isOn(state, flag)])) }
    },
  )
}
