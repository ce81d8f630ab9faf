// The way to the server: the typed client of @batuta/api. Hooks of features call it inside queries; nothing else fetches.
import { ApiError, createClient, urlOf, type Client, type Route, type Transport } from '@batuta/api'
import { trust } from '@batuta/core'
import { tellRefused } from './access/signed-out.ts'

/** The server writes it into the page. */
export const TENANT: string = tenantOfPage()

const transport: Transport = {
  fetch: async (url, init) => {
    const reply = await trust<Transport>(globalThis).fetch(url, init)
    if (reply.status === 401) tellRefused()
    return reply
  },
  TextDecoder: trust<Transport>(globalThis).TextDecoder,
}

const options = { baseUrl: location.origin, transport, tenant: TENANT }

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
