// Who runs the tasks of a rehearsal for real: a worker of its own, with a host of its own.
import { answerJob } from '../answers/ask.ts'
import type { Config } from '../config/config.ts'
import { HOST_SCRIPT } from '../platform/places.ts'
import { realPlatform } from '../platform/platform.ts'
import type { Manifests } from '../plugins/manifests.ts'
import { HostProcess } from '../worker/host-process.ts'
import { hostOptions } from '../worker/host-options.ts'
import { Worker } from '../worker/worker.ts'
import type { Actors, ActorsPlace } from './stage.ts'

const ACTORS_MAX = 8

export function openActorsOf(config: Config, { modules }: Pick<Manifests, 'modules'>): (place: ActorsPlace) => Actors {
  const host = hostOptions({ script: HOST_SCRIPT, config, modules })
  return ({ inbox, store, node, answers }) =>
    new Worker({
      inbox,
      store,
      platform: realPlatform(),
      node,
      slots: ACTORS_MAX,
      profile: config.worker,
      isPaused: () => false,
      openHost: events => new HostProcess({ ...host, ...events }),
      answer: (request, job) => answerJob(answers, request, job),
      onNotice: () => {},
    })
}
