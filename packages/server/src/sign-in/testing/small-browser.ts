// As much of a browser as a sign-in needs: cookies with their paths, redirects one by one, forms that are filled and sent.
export interface Visit {
  readonly url: URL
  readonly status: number
  readonly text: string
  readonly setCookies: readonly string[]
  /** Of a redirect. */
  readonly location: string | undefined
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

export class SmallBrowser {
  readonly #cookies = new Map<string, Cookie>()

  /** One request, as a click on a link would make it; redirects are not followed. */
  async go(
    address: string | URL,
    init: { form?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Visit> {
    const url = new URL(address)
    const body = init.form && new URLSearchParams(init.form)
    const headers = { accept: 'text/html', cookie: this.#headerFor(url), 'sec-fetch-site': 'none', ...init.headers }
    const reply = await fetch(url, { redirect: 'manual', headers, ...(body ? { method: 'POST', body } : {}) })
    const setCookies = reply.headers.getSetCookie()
    for (const line of setCookies) this.#keep(line)
    return {
      url,
      status: reply.status,
      text: await reply.text(),
      setCookies,
      location: reply.headers.get('location') ?? undefined,
    }
  }

  /** Follows redirects as long as they lead to addresses that begin so. */
  async follow(from: Visit, within: string): Promise<Visit> {
    let visit = from
    for (let hops = 0; hops < 20; hops++) {
      if (visit.location === undefined) return visit
      const next = new URL(visit.location, visit.url)
      if (!next.href.startsWith(within)) return visit
      visit = await this.go(next)
    }
    throw new Error(`${from.url.href} leads round and round`)
  }

  /** Sends the one form of a page, with what it holds already. */
  async submit(page: Visit, values: Readonly<Record<string, string>> = {}): Promise<Visit> {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1] ?? page.url.href
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const form = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...values }
    return this.go(new URL(action.replaceAll('&amp;', '&'), page.url), { form })
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].find(cookie => cookie.name === name)?.value
  }

  names(): readonly string[] {
    return [...this.#cookies.values()].map(({ name }) => name)
  }

  forget(name: string): void {
    for (const [key, cookie] of this.#cookies) if (cookie.name === name) this.#cookies.delete(key)
  }

  #headerFor({ pathname }: URL): string {
    const fitting = [...this.#cookies.values()].filter(
      ({ path }) => path === '/' || pathname === path || pathname.startsWith(`${path}/`),
    )
    return fitting.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
    const at = pair.indexOf('=')
    const find = (name: string): string | undefined =>
      attributes.find(part => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
    const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path: find('path') ?? '/' }
    const isOver =
      find('max-age') === '0' || (find('expires') !== undefined && Date.parse(find('expires') ?? '') < Date.now())
    const key = `${cookie.name} ${cookie.path}`
    if (isOver || cookie.value === '') this.#cookies.delete(key)
    else this.#cookies.set(key, cookie)
  }
}
