// What a container is to be like: properties as flows write them, in the engine's words.
import { convertValue, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value } from '@batuta/plugin-sdk'
import { isList, printValue } from '@batuta/plugin-sdk'

/** Of the runner and of `docker.cli.Run`. */
export const resourceProperties = {
  user: p
    .string()
    .dynamic()
    .group('advanced')
    .title('User in the container, as name or number, with group after a colon.'),
  extraHosts: p.list(p.string()).dynamic().group('connection').title('Names for addresses: `name:address`.'),
  networkMode: p
    .string()
    .dynamic()
    .group('advanced')
    .title('Network of the container: bridge, host, none, container:<name>, or the name of a network.'),
  volumes: p
    .list(p.string())
    .dynamic()
    .group('advanced')
    .title(
      'Folders and volumes to mount, as source:target[:ro]; passed over unless the server allows them (docker.volumes).',
    ),
  deviceRequests: p
    .list(
      p.object({
        driver: p.string().dynamic(),
        count: p.integer().dynamic(),
        deviceIds: p.list(p.string()).dynamic(),
        capabilities: p.list(p.any()).dynamic(),
        options: p.map(p.string()).dynamic(),
      }),
    )
    .group('advanced')
    .title('Devices, such as graphics processors.'),
  cpu: p
    .object({ cpus: p.number().dynamic().title('Number of CPUs, e.g. 1.5.') })
    .group('execution')
    .title('Limit of CPU time.'),
  memory: p
    .object({
      memory: p.bytes().dynamic().title('Memory, e.g. 512MB.'),
      memorySwap: p.string().dynamic().title('Memory and swap together; -1 for no limit.'),
      memorySwappiness: p.integer().dynamic().title('0 to 100: how willingly the kernel swaps.'),
      memoryReservation: p.bytes().dynamic().title('Memory to fall back to when the machine runs short.'),
      kernelMemory: p.bytes().dynamic().title('Memory of the kernel; engines of today pass it over.'),
      oomKillDisable: p.boolean().dynamic().title('Do not end the container when its memory is used up.'),
    })
    .group('execution')
    .title('Limits of memory.'),
  shmSize: p.bytes().dynamic().group('advanced').title('Size of /dev/shm, e.g. 64MB.'),
} as const

export const PULL_POLICIES = ['IF_NOT_PRESENT', 'ALWAYS', 'NEVER'] as const

export type ResourceProps = LazyProperties<typeof resourceProperties>

export interface Resources {
  readonly user: string | undefined
  /** The engine's `HostConfig`. */
  readonly hostConfig: Readonly<Record<string, unknown>>
}

const NANOS = 1e9

export async function readResources(ctx: RunContext, props: ResourceProps): Promise<Resources> {
  const [cpu, memory] = [await props.cpu.render(), await props.memory.render()]
  const extraHosts = await props.extraHosts.render()
  return {
    user: await props.user.render(),
    hostConfig: withoutUndefined({
      ExtraHosts: extraHosts,
      NetworkMode: await props.networkMode.render(),
      Binds: await readVolumes(ctx, props),
      DeviceRequests: await readDevices(props),
      NanoCpus: cpu?.cpus === undefined ? undefined : Math.round(cpu.cpus * NANOS),
      Memory: memory?.memory,
      MemorySwap: swapOf(memory?.memorySwap),
      MemorySwappiness: memory?.memorySwappiness,
      MemoryReservation: memory?.memoryReservation,
      KernelMemory: memory?.kernelMemory,
      OomKillDisable: memory?.oomKillDisable,
      ShmSize: await props.shmSize.render(),
    }),
  }
}

const UNLIMITED = -1

function swapOf(written: string | undefined): unknown {
  if (written === undefined || Number(written) === UNLIMITED) return written === undefined ? undefined : UNLIMITED
  return convertValue({ type: 'bytes' }, written, 'memory.memorySwap')
}

/** Whoever may mount what they like has the machine of the engine. */
async function readVolumes(ctx: RunContext, props: ResourceProps): Promise<readonly string[] | undefined> {
  const volumes = await props.volumes.render()
  if (volumes === undefined || volumes.length === 0) return undefined
  if (ctx.settingOf('docker.volumes') === 'true') return volumes
  ctx.logger.warn(
    '`volumes` is passed over: this installation does not allow mounts (option docker.volumes of the server)',
  )
  return undefined
}

/** @throws {TaskError} where the installation does not allow it. */
export function expectPrivileged(ctx: RunContext): true {
  if (ctx.settingOf('docker.privileged') === 'true') return true
  throw new TaskError(
    'property "privileged" is refused: this installation does not allow containers with all rights (option docker.privileged of the server)',
  )
}

async function readDevices(props: ResourceProps): Promise<readonly unknown[] | undefined> {
  const requests = await props.deviceRequests.render()
  return requests?.map(({ driver, count, deviceIds, capabilities, options }) =>
    withoutUndefined({
      Driver: driver,
      Count: count,
      DeviceIDs: deviceIds,
      Capabilities: capabilities === undefined ? undefined : capabilityLists(capabilities),
      Options: options === undefined ? undefined : Object.fromEntries(options),
    }),
  )
}

/** A list of lists: any of them, each with all of its own. */
function capabilityLists(written: readonly Value[]): readonly (readonly string[])[] {
  const isNested = written.some(each => isList(each))
  const lists = isNested ? written : [written]
  return lists.map(each => (isList(each) ? each.map(one => printValue(one)) : [printValue(each)]))
}

export interface Ports {
  readonly ExposedPorts?: Readonly<Record<string, unknown>>
  readonly PortBindings?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>
}

const PORT =
  /^(?:(?<ip>\d+(?:\.\d+){3}|\[[\da-f:]+\]):)?(?:(?<host>\d*):)?(?<port>\d+)(?:\/(?<protocol>tcp|udp|sctp))?$/i

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `80`. */
export function readPorts(written: readonly string[]): Ports {
  const bindings: Record<string, { readonly HostIp: string; readonly HostPort: string }[]> = {}
  for (const text of written) {
    const found = PORT.exec(text.trim())?.groups
    if (found === undefined) {
      throw new TaskError(
        `property "portBindings" must name ports like 8080:80 or 127.0.0.1:8080:80/tcp, not "${text}"`,
      )
    }
    const { ip = '', host = '', port = '', protocol = 'tcp' } = found
    const key = `${port}/${protocol.toLowerCase()}`
    bindings[key] = [...(bindings[key] ?? []), { HostIp: ip.replace(/^\[|\]$/g, ''), HostPort: host }]
  }
  if (written.length === 0) return {}
  const exposed = Object.fromEntries(Object.keys(bindings).map(key => [key, {}]))
  return { ExposedPorts: exposed, PortBindings: bindings }
}

export function withoutUndefined(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
