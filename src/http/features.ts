import type { FastifyInstance } from 'fastify'
import { FLAGS, isOn, type Flag, type FlagState } from '../commands/flags/decider.ts'
import { DomainError } from '../kernel/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is a part of the product that ops can switch off. */
    feature?: Flag
  }
}

/** Installs the check that a route asks for with `config.feature`, after that of `config.access`. */
export function installFeatures(app: FastifyInstance, flags: () => Promise<FlagState>): void {
  app.addHook('onRoute', (route) => {
    const feature = route.config?.feature
    if (feature === undefined) return
    const check = async () => {
      if (!isOn(await flags(), feature)) throw switchedOff(feature)
    }
    const before = route.preValidation === undefined ? [] : [route.preValidation].flat()
    route.preValidation = [...before, check]
  })
}

const switchedOff = (feature: Flag) =>
  new DomainError(
    'unavailable',
    'feature_disabled',
    `This is switched off at the moment: ${FLAGS[feature]}. Try again later.`,
    { extras: { feature } },
  )
