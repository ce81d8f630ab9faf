import { join } from 'node:path'
import { HOST_LIMITS } from '@batuta/plugin-sdk'
import type { Config } from '../config/config.ts'
import { hiddenPlaces } from './hidden-places.ts'
import type { HostScript } from './host-process.ts'

const HOST_HEAP_MB = 512

export function hostOptions({
  script,
  config,
  modules,
}: {
  readonly script: string
  readonly config: Config
  readonly modules: Readonly<Record<string, string>>
}): HostScript {
  return {
    script,
    execArgv: [`--max-old-space-size=${HOST_HEAP_MB}`, '--disable-warning=ExperimentalWarning'],
    init: {
      type: 'init',
      filesDir: config.storageDir,
      workDir: join(config.dataDir, 'work'),
      cacheDir: join(config.dataDir, 'cache'),
      modules,
      limits: HOST_LIMITS,
      egress: config.egress,
      settings: config.containers.settings,
      ...(config.containers.defaultRunner === undefined ? {} : { defaultRunner: config.containers.defaultRunner }),
      scripts: { ...config.scripts, hidden: hiddenPlaces(config) },
    },
  }
}
