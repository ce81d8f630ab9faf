// Announcements, and what of them is to be shown now. Kill switches that are in force announce themselves.
import { openShelf, type Shelf } from '../../access/settings-shelf.ts'
import type { AccessBook } from '../../access/access-book.ts'
import { newRecordId } from '../access/new-user.ts'
import { dateOf, given } from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { parseMoment } from '../parse-moment.ts'
import { empty, json } from '../reply.ts'
import { notFound } from '../request-error.ts'

type Document = Readonly<Record<string, unknown>>
type Body = Parameters<Handlers<'banners'>['create']>[0]['body']

export interface Banner {
  readonly id: string
  readonly message: string
  readonly type: 'INFO' | 'WARNING' | 'ERROR'
  readonly startMs?: number
  readonly endMs?: number
}

export function bannerHandlers(dependencies: HttpDependencies): Handlers<'banners'> {
  const { access, platform } = dependencies
  const { book } = access
  const shelf = shelfOf(book)
  const shown = (banner: Banner): Document => presentBanner(banner, platform.nowMs())
  const getBanner = (id: string): Banner => {
    const banner = shelf.find(id)
    if (!banner) throw notFound(`The announcement "${id.slice(0, 100)}"`)
    return banner
  }
  return {
    search: () => json(shelf.list().map(shown)),
    active: () => json([...activeBanners(book, platform.nowMs()), ...ofSwitches(dependencies)]),
    create: async ({ body, note }) => {
      const banner = toBanner(newRecordId(platform), body)
      await book.change({ put: [shelf.putOf(banner)] })
      note({ itemId: banner.id, after: shown(banner) })
      return json(shown(banner))
    },
    update: async ({ params: { id }, body, note }) => {
      const before = getBanner(id)
      const banner = toBanner(id, body)
      await book.change({ put: [shelf.putOf(banner)] })
      note({ itemId: id, before: shown(before), after: shown(banner) })
      return json(shown(banner))
    },
    delete: async ({ params: { id }, note }) => {
      const before = getBanner(id)
      await book.change({ remove: [shelf.keyOf(id)] })
      note({ itemId: id, before: shown(before) })
      return empty(200)
    },
  }
}

/** What everybody may read, logged in or not: the latest first. */
export function activeBanners(book: AccessBook, nowMs: number): readonly Document[] {
  return shelfOf(book)
    .list()
    .filter(banner => isActive(banner, nowMs))
    .toSorted((a, b) => (b.startMs ?? 0) - (a.startMs ?? 0))
    .map(banner => presentBanner(banner, nowMs))
}

function shelfOf(book: AccessBook): Shelf<Banner> {
  return openShelf<Banner>(book, 'banner')
}

function ofSwitches({ switches }: HttpDependencies): readonly Document[] {
  const inForce = switches?.list().filter(each => switches.isInForce(each) && each.evaluationType !== 'PASS') ?? []
  return inForce.map(({ id, name, description, namespace, flowId, executionIds, evaluationType, startMs, endMs }) => {
    const flow = flowId === undefined ? undefined : `the flow "${namespace}.${flowId}"`
    const where = flow ?? (namespace === undefined ? 'everything' : `the namespace "${namespace}"`)
    const what = executionIds.length > 0 ? `${executionIds.length} executions` : where
    const message = `Kill switch "${name}" (${evaluationType}) on ${what}.${description === undefined ? '' : ` ${description}`}`
    return {
      ...presentBanner({ id, message, type: 'WARNING', startMs, ...(endMs === undefined ? {} : { endMs }) }, startMs),
      active: true,
    }
  })
}

function isActive({ startMs, endMs }: Banner, nowMs: number): boolean {
  return (startMs === undefined || startMs <= nowMs) && (endMs === undefined || nowMs < endMs)
}

function presentBanner(banner: Banner, nowMs: number): Document {
  const { id, message, type, startMs, endMs } = banner
  return {
    id,
    message,
    type,
    ...given({
      startDate: startMs === undefined ? undefined : dateOf(startMs),
      endDate: endMs === undefined ? undefined : dateOf(endMs),
    }),
    active: isActive(banner, nowMs),
  }
}

function toBanner(id: string, { message, type, startDate, endDate }: Body): Banner {
  return {
    id,
    message,
    type: type ?? 'INFO',
    ...(startDate ? { startMs: parseMoment(startDate, 'startDate') } : {}),
    ...(endDate ? { endMs: parseMoment(endDate, 'endDate') } : {}),
  }
}
