// The server's side of POP3, for letters that a test puts into it.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface Pop3Server {
  readonly port: number
  /** By their lasting names. */
  readonly letters: Map<string, string>
}

export async function startPop3Server(t: TestContext): Promise<Pop3Server> {
  const letters = new Map<string, string>()
  const server = createServer(socket => {
    const there = [...letters]
    const answer = (line: string): boolean => socket.write(`${line}\r\n`)
    answer('+OK ready')
    let pending = ''
    socket.on('error', () => {})
    socket.on('data', bytes => {
      pending += bytes.toString()
      for (let end = pending.indexOf('\r\n'); end !== -1; end = pending.indexOf('\r\n')) {
        const [command = '', argument = ''] = pending.slice(0, end).split(' ')
        pending = pending.slice(end + 2)
        if (command === 'PASS' && argument !== 'secret') answer('-ERR wrong password')
        else if (command === 'UIDL')
          answer(['+OK', ...there.map(([name], at) => `${at + 1} ${name}`), '.'].join('\r\n'))
        else if (command === 'RETR') {
          const text = there[Number(argument) - 1]?.[1] ?? ''
          // In two pieces, the second of which begins inside the end.
          socket.write(`+OK\r\n${text.replace(/^\./gm, '..')}\r`)
          socket.write('\n.\r\n')
        } else answer('+OK')
        if (command === 'QUIT') socket.end()
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, letters }
}
