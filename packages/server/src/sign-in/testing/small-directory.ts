// A directory on this machine that speaks as much LDAP as a sign-in needs: binds, and searches whose answers a test lays down by base and filter.
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { BerReader, BerWriter, FilterParser } from 'ldapts'

export interface SmallEntry {
  readonly dn: string
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

export interface SmallDirectory {
  readonly url: string
  /** DN → password. */
  readonly passwords: Map<string, string>
  /** `base filter` → what is found. */
  readonly answers: Map<string, readonly SmallEntry[]>
  /** What it was asked, in order: `bind DN`, `search base filter`. */
  readonly asked: string[]
  stop(): Promise<void>
}

const BIND = 0x60
const UNBIND = 0x42
const SEARCH = 0x63
const INVALID_CREDENTIALS = 49

export async function startSmallDirectory(): Promise<SmallDirectory> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    // Every message of a sign-in fits in one packet of this machine.
    socket.on('data', bytes => {
      for (const answer of answersTo(bytes, directory)) socket.write(answer)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const directory: SmallDirectory = {
    url: `ldap://127.0.0.1:${port}`,
    passwords: new Map(),
    answers: new Map(),
    asked: [],
    stop: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
  return directory
}

function answersTo(bytes: Buffer, directory: SmallDirectory): readonly Buffer[] {
  const reader = new BerReader(bytes)
  reader.readSequence()
  const id = reader.readInt() ?? 0
  const operation = reader.readSequence()
  switch (operation) {
    case BIND: {
      reader.readInt()
      const dn = reader.readString() ?? ''
      const password = reader.readString(0x80) ?? ''
      directory.asked.push(`bind ${dn}`)
      // As real ones do: without a password everybody may bind as anybody.
      const isRight = password === '' || directory.passwords.get(dn) === password
      return [result(id, BIND + 1, isRight ? 0 : INVALID_CREDENTIALS)]
    }
    case SEARCH: {
      const base = reader.readString() ?? ''
      for (const skip of [() => reader.readEnumeration(), () => reader.readEnumeration()]) skip()
      for (const skip of [() => reader.readInt(), () => reader.readInt(), () => reader.readBoolean()]) skip()
      const question = `${base} ${FilterParser.parse(reader).toString()}`
      directory.asked.push(`search ${question}`)
      return [...(directory.answers.get(question) ?? []).map(item => entry(id, item)), result(id, SEARCH + 2, 0)]
    }
    case UNBIND:
    default:
      return []
  }
}

function result(id: number, operation: number, code: number): Buffer {
  return message(id, operation, writer => {
    writer.writeEnumeration(code)
    writer.writeString('')
    writer.writeString(code === 0 ? '' : 'wrong')
  })
}

function entry(id: number, { dn, attributes }: SmallEntry): Buffer {
  return message(id, SEARCH + 1, writer => {
    writer.writeString(dn)
    writer.startSequence()
    for (const [name, values] of Object.entries(attributes)) {
      writer.startSequence()
      writer.writeString(name)
      writer.startSequence(0x31)
      for (const value of values) writer.writeString(value)
      writer.endSequence()
      writer.endSequence()
    }
    writer.endSequence()
  })
}

function message(id: number, operation: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(id)
  writer.startSequence(operation)
  write(writer)
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}
