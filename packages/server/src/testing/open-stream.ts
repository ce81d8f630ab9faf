// A stream of events as a client reads it: until it tells of something, or until it is cut.
import assert from 'node:assert/strict'

export interface OpenStream {
  /** All that it has told, once the word is in it. */
  until(word: string): Promise<string>
  /** How it goes on: it is cut, or it tells of what happened after it should have been. Something must happen, or this waits for ever. */
  end(word: string): Promise<'cut' | 'told' | 'ended'>
}

export async function openStream(url: string, headers: Readonly<Record<string, string>>): Promise<OpenStream> {
  const controller = new AbortController()
  const reply = await fetch(url, { headers, signal: controller.signal })
  assert.equal(reply.status, 200)
  const reader = reply.body?.getReader()
  assert.ok(reader)
  const decoder = new TextDecoder()
  let text = ''
  const readOn = async (): Promise<boolean> => {
    const { value, done } = await reader.read()
    text += decoder.decode(value, { stream: true })
    return !done
  }
  return {
    until: async word => {
      while (!text.includes(word)) assert.ok(await readOn(), `the stream ended before it told of ${word}: ${text}`)
      return text
    },
    end: async word => {
      for (;;) {
        const isOpen = await readOn().catch(() => undefined)
        if (isOpen === undefined) return 'cut'
        if (!isOpen) return 'ended'
        if (!text.includes(word)) continue
        controller.abort()
        return 'told'
      }
    },
  }
}
