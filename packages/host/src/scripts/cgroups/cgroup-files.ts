// What is written into a group's files for each limit, and what is read there of how often it was come to, in both versions.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ScriptLimits } from '@batuta/plugin-sdk'
import type { CgroupPlace, Controller } from './find-cgroups.ts'

type Version = CgroupPlace['version']

const PERIOD_US = 100_000
const MIB = 2 ** 20

/** Those that the limits need. */
export function controllersOf(limits: ScriptLimits): readonly Controller[] {
  return [
    ...(limits.memoryMaxBytes > 0 ? (['memory'] as const) : []),
    ...(limits.processesMax > 0 ? (['pids'] as const) : []),
    ...(limits.cpusMax > 0 ? (['cpu'] as const) : []),
  ]
}

/** What is not there on every system has a question mark: swapping, which would be a way around the limit. */
export function settingsOf(
  controller: Controller,
  version: Version,
  limits: ScriptLimits,
): readonly (readonly [file: string, value: string])[] {
  const quota = String(Math.round(limits.cpusMax * PERIOD_US))
  const bytes = String(limits.memoryMaxBytes)
  switch (controller) {
    case 'memory':
      return version === 2
        ? [
            ['memory.max', bytes],
            ['memory.swap.max?', '0'],
          ]
        : [
            ['memory.limit_in_bytes', bytes],
            ['memory.memsw.limit_in_bytes?', bytes],
          ]
    case 'pids':
      return [['pids.max', String(limits.processesMax)]]
    case 'cpu':
      return version === 2
        ? [['cpu.max', `${quota} ${PERIOD_US}`]]
        : [
            ['cpu.cfs_period_us', String(PERIOD_US)],
            ['cpu.cfs_quota_us', quota],
          ]
  }
}

export async function writeSettings(
  folder: string,
  settings: readonly (readonly [file: string, value: string])[],
): Promise<void> {
  for (const [name, value] of settings) {
    const written = writeFile(join(folder, name.replace('?', '')), value)
    await (name.endsWith('?') ? written.catch(passMissing) : written)
  }
}

function passMissing(error: unknown): void {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return
  throw error
}

/** What a script came to, in words for its log; empty when it kept within. */
export async function readComplaint(
  controller: Controller,
  { folder, version }: { readonly folder: string; readonly version: Version },
  limits: ScriptLimits,
): Promise<string> {
  if (controller === 'memory') {
    const kills = await readCount(join(folder, version === 2 ? 'memory.events' : 'memory.oom_control'), 'oom_kill')
    return kills === 0
      ? ''
      : `the script needed more memory than it may have (script.limits.memory, ${limits.memoryMaxBytes / MIB} MiB): the kernel killed ${kills} of its processes`
  }
  if (controller === 'cpu') return ''
  const refusals = await readCount(join(folder, 'pids.events'), 'max')
  return refusals === 0
    ? ''
    : `the script wanted more processes and threads than it may have (script.limits.processes, ${limits.processesMax}): the kernel refused ${refusals}`
}

/** Of a file of lines `name count`; 0 on kernels that do not tell. */
async function readCount(path: string, name: string): Promise<number> {
  const text = await readFile(path, 'latin1').catch(() => '')
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

/** As `at most 512 MiB, 64 processes, 1.5 processors`. */
export function describeLimits({ memoryMaxBytes, processesMax, cpusMax }: ScriptLimits): string {
  const parts = [
    ...(memoryMaxBytes > 0 ? [`${memoryMaxBytes / MIB} MiB`] : []),
    ...(processesMax > 0 ? [`${processesMax} processes`] : []),
    ...(cpusMax > 0 ? [`${cpusMax} processors`] : []),
  ]
  return `at most ${parts.join(', ')}`
}
