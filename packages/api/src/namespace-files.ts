import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Names, NoQuery } from './shapes.ts'

const OfNamespace = Type.Object({ namespace: Type.String() })
const AtPath = Type.Object({ path: Type.String() })
const MayBeAtPath = Type.Object({ path: Type.Optional(Type.String()) })
const NONE = { type: 'none' } as const
const BYTES = { type: 'bytes' } as const
const EMPTY = { type: 'empty' } as const

export const FileAttributes = Type.Object({
  fileName: Type.String(),
  type: Type.Union([Type.Literal('File'), Type.Literal('Directory')]),
  size: Type.Integer(),
  lastModifiedTime: Type.Integer({ description: 'Epoch milliseconds' }),
  creationTime: Type.Integer({ description: 'Epoch milliseconds' }),
})

const files = (path = ''): ReturnType<typeof ofTenant> => ofTenant(`/namespaces/{namespace}/files${path}`)

export const namespaceFileRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: files('/search'),
    params: OfNamespace,
    query: Type.Object({ q: Type.String() }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Names },
    permission: 'file:read',
    summary: 'The paths of files that hold a text.',
  }),
  stats: defineRoute({
    method: 'GET',
    paths: files('/stats'),
    params: OfNamespace,
    query: MayBeAtPath,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: FileAttributes },
    refusals: [404],
    permission: 'file:read',
    summary: 'What a file or folder looks like from above.',
  }),
  directory: defineRoute({
    method: 'GET',
    paths: files('/directory'),
    params: OfNamespace,
    query: MayBeAtPath,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(FileAttributes) },
    refusals: [404],
    permission: 'file:read',
    summary: 'One level of a folder.',
  }),
  createDirectory: defineRoute({
    method: 'POST',
    paths: files('/directory'),
    params: OfNamespace,
    query: MayBeAtPath,
    body: { type: 'raw' },
    status: 200,
    reply: EMPTY,
    permission: 'file:write',
    summary: 'Make a folder.',
  }),
  export: defineRoute({
    method: 'GET',
    paths: files('/export'),
    params: OfNamespace,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: BYTES,
    permission: 'file:read',
    summary: 'All files as a ZIP archive.',
  }),
  revisions: defineRoute({
    method: 'GET',
    paths: files('/revisions'),
    params: OfNamespace,
    query: AtPath,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(Type.Object({ revision: Type.Integer(), updated: Type.String() })) },
    refusals: [404],
    permission: 'file:read',
    summary: 'The revisions of a file, oldest first.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: files(),
    params: OfNamespace,
    query: Type.Object({ path: Type.String(), revision: Type.Optional(Type.Integer({ minimum: 1 })) }),
    body: NONE,
    status: 200,
    reply: BYTES,
    refusals: [404],
    permission: 'file:read',
    summary: 'A file, or a revision of it.',
  }),
  put: defineRoute({
    method: 'POST',
    paths: files(),
    params: OfNamespace,
    query: AtPath,
    body: { type: 'form' },
    status: 200,
    reply: EMPTY,
    refusals: [413],
    permission: 'file:write',
    summary: 'Write a file, the part fileContent; a .zip is unpacked, and what lies under _flows/ becomes flows.',
  }),
  move: defineRoute({
    method: 'PUT',
    paths: files(),
    params: OfNamespace,
    query: Type.Object({ from: Type.String(), to: Type.String() }),
    body: { type: 'raw' },
    status: 200,
    reply: EMPTY,
    refusals: [404],
    permission: 'file:write',
    summary: 'Move or rename a file or folder.',
  }),
  delete: defineRoute({
    method: 'DELETE',
    paths: files(),
    params: OfNamespace,
    query: AtPath,
    body: NONE,
    status: 200,
    reply: EMPTY,
    refusals: [404],
    permission: 'file:write',
    summary: 'Delete a file, or a folder with all that is in it.',
  }),
}
