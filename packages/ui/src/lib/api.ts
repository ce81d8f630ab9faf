// The way to the server: the typed client of @batuta/api. Hooks of features call it inside queries; nothing else fetches.
import {
  ApiError,
  createClient,
  urlOf,
  type Client,
  type Route,
  type Transport,
  type TransportReply,
} from '@batuta/api'
import { trust } from '@batuta/core'
import { tellRefused } from './access/signed-out.ts'

/** The server writes it into the page. */
export const TENANT: string = tenantOfPage()

const UNAVAILABLE = 503

const transport: Transport = {
  fetch: async (url, init) => {
    const reply = await fetch(url, trust<RequestInit>(init))
    if (reply.status === 401 || (reply.status === UNAVAILABLE && (await isWithoutUser(reply)))) tellRefused()
    return trust<TransportReply>(reply)
  },
  TextDecoder,
}

/** The server has no user yet, and waits for its first one. */
async function isWithoutUser(reply: Response): Promise<boolean> {
  return (await reply.clone().text()).includes('set-up-needed')
}

/** The page asks for name and password itself: the browser is not to lay a window of its own over it. */
const headers = { 'x-requested-with': 'XMLHttpRequest' }
const options = { baseUrl: location.origin, transport, tenant: TENANT, headers }

export const api: Client = createClient(options)

/** Where a route is, for links, downloads and cURL lines. */
export function apiUrl(route: Route, given: Parameters<typeof urlOf>[2]): string {
  return urlOf(route, options, given)
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

function tenantOfPage(): string {
  const given = document.documentElement.dataset['tenant']
  return given === undefined || given.startsWith('%') ? 'main' : given
}
