// What routes about people have in common, to be spread into their definitions.
import Type, { type TOptional, type TSchema, type TUnion, type TNull } from 'typebox'
import { NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const plain = { params: NoParams, query: NoQuery, body: NONE, status: 200 } as const

export const GET = { ...plain, method: 'GET' } as const
export const POST = { ...plain, method: 'POST' } as const
export const PUT = { ...plain, method: 'PUT' } as const
export const PATCH = { ...plain, method: 'PATCH' } as const
export const DELETE = { ...plain, method: 'DELETE', status: 204, reply: { type: 'empty' } } as const

export const EMPTY = { type: 'empty' } as const

export const OfId = Type.Object({ id: Type.String({ maxLength: 200 }) })

export function gives<Schema extends TSchema>(schema: Schema): { readonly type: 'json'; readonly schema: Schema } {
  return { type: 'json', schema }
}

export function takes<Schema extends TSchema>(schema: Schema): { readonly type: 'json'; readonly schema: Schema } {
  return { type: 'json', schema }
}

/** Clients send null for what they do not want to say. */
export function maybe<Schema extends TSchema>(schema: Schema): TOptional<TUnion<[Schema, TNull]>> {
  return Type.Optional(Type.Union([schema, Type.Null()]))
}

export const Ids = Type.Object({ ids: maybe(Type.Array(Type.String(), { maxItems: 1_000 })) })

/** What completion fields of forms ask. */
export const Autocomplete = Type.Object({
  q: maybe(Type.String({ maxLength: 200 })),
  ids: maybe(Type.Array(Type.String(), { maxItems: 1_000 })),
  existingOnly: maybe(Type.Boolean()),
})
