// Kill switches: whoever may change them stops flows, namespaces or everything at once.
import type { KillSwitch } from '../../inbox/kill-switches.ts'
import { newRecordId } from '../access/new-user.ts'
import { dateOf, given } from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { parseMoment } from '../parse-moment.ts'
import { empty, json } from '../reply.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'

type Document = Readonly<Record<string, unknown>>
type Body = Parameters<Handlers<'killSwitches'>['create']>[0]['body']

export function killSwitchHandlers({ switches, platform, config }: HttpDependencies): Handlers<'killSwitches'> {
  const all = (): NonNullable<typeof switches> => {
    if (switches) return switches
    throw new RequestError(503, 'unavailable', 'This server keeps no kill switches.')
  }
  const present = (each: KillSwitch): Document => ({
    id: each.id,
    name: each.name,
    ...given({ description: each.description }),
    tenantId: config.tenant,
    ...given({ namespace: each.namespace, flowId: each.flowId }),
    executionIds: each.executionIds,
    startDate: dateOf(each.startMs),
    ...(each.endMs === undefined ? {} : { endDate: dateOf(each.endMs) }),
    evaluationType: each.evaluationType,
    enabled: each.isEnabled,
    deleted: false,
    isInForce: all().isInForce(each),
  })
  const getSwitch = (id: string): KillSwitch => {
    const found = all()
      .list()
      .find(each => each.id === id)
    if (!found) throw notFound(`The kill switch "${id.slice(0, 100)}"`)
    return found
  }
  return {
    search: () => json(all().list().map(present)),
    create: async ({ body, note }) => {
      const made = toSwitch(newRecordId(platform), body, { nowMs: platform.nowMs(), tenant: config.tenant })
      await all().put(made)
      note({ itemId: made.id, ...placeOf(made), after: present(made) })
      return json(present(made))
    },
    update: async ({ params: { id }, body, note }) => {
      const before = getSwitch(id)
      const changed = toSwitch(id, body, { nowMs: before.startMs, tenant: config.tenant })
      await all().put(changed)
      note({ itemId: id, ...placeOf(changed), before: present(before), after: present(changed) })
      return json(present(changed))
    },
    delete: async ({ params: { id }, note }) => {
      const before = getSwitch(id)
      await all().remove(id)
      note({ itemId: id, ...placeOf(before), before: present(before) })
      return empty(200)
    },
  }
}

function toSwitch(
  id: string,
  { name, description, tenantId, namespace, flowId, executionIds, startDate, endDate, evaluationType, enabled }: Body,
  { nowMs, tenant }: { readonly nowMs: number; readonly tenant: string },
): KillSwitch {
  const problem =
    typeof tenantId === 'string' && tenantId !== '' && tenantId !== tenant
      ? `There is no tenant "${tenantId}".`
      : flowId && !namespace
        ? 'A switch of a flow names its namespace, too.'
        : undefined
  if (problem !== undefined) throw unprocessable('kill-switch-invalid', problem)
  const startMs = startDate ? parseMoment(startDate, 'startDate') : nowMs
  const endMs = endDate ? parseMoment(endDate, 'endDate') : undefined
  if (endMs !== undefined && endMs <= startMs)
    throw unprocessable('kill-switch-invalid', 'A switch ends after it has begun: endDate is before startDate.')
  return {
    id,
    name,
    ...(description ? { description } : {}),
    ...(namespace ? { namespace } : {}),
    ...(flowId ? { flowId } : {}),
    executionIds: executionIds ?? [],
    startMs,
    ...(endMs === undefined ? {} : { endMs }),
    evaluationType,
    isEnabled: enabled ?? true,
  }
}

function placeOf({ namespace, flowId }: KillSwitch): { readonly namespace?: string; readonly flowId?: string } {
  return { ...(namespace === undefined ? {} : { namespace }), ...(flowId === undefined ? {} : { flowId }) }
}
