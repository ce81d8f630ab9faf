// Calls of the routes of access: kept apart from the client of the table, so that what every page fetches does not grow with what a few pages ask.
import { ApiError } from '@batuta/api'
import { trust } from '@batuta/core'
import { TENANT } from '../api.ts'
import { tellRefused } from './signed-out.ts'

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** A path below `/api/v1`; `~` stands for the tenant. */
export async function ask<Answer>(
  path: string,
  { method = 'GET', query = {}, body, signal }: Asked = {},
): Promise<Answer> {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  const url = `/api/v1${path.replace('~', `/${TENANT}`)}${pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`}`
  const reply = await fetch(url, {
    method,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (reply.status === 401) tellRefused()
  const text = await reply.text()
  if (!reply.ok) throw refusal(reply.status, text)
  return trust<Answer>(text === '' ? undefined : JSON.parse(text))
}

function refusal(status: number, text: string): ApiError {
  try {
    const document = trust<ConstructorParameters<typeof ApiError>[2]>(JSON.parse(text))
    return new ApiError(status, document?.message ?? `the server answered ${status}`, document)
  } catch {
    return new ApiError(status, `the server answered ${status}`) // An error page of something in between.
  }
}
