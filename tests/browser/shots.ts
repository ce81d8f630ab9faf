// npm run shots [-- FOLDER [NAME [LOOK]]]: every page of routes.ts as a picture, or those whose names begin so; light, dark and narrow, or one of them.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openBrowser, openTab, settled, type Look } from './browser.ts'
import { ROUTES } from './routes.ts'
import { seed, type Seed } from './seed.ts'
import { startServer } from './server.ts'

const LOOKS: readonly Look[] = ['light', 'dark', 'narrow']
const [folder = join(import.meta.dirname, '..', '.work', 'shots'), only = '', wanted] = process.argv.slice(2)

const server = await startServer()
const browser = await openBrowser()
try {
  const seeded = await seed(server)
  mkdirSync(resolve(folder), { recursive: true })
  for (const look of LOOKS.filter(each => wanted === undefined || each === wanted)) await shoot(look, seeded)
  console.error(`the pictures are in ${resolve(folder)}`)
} finally {
  await browser.close()
  await server.stop()
}

async function shoot(look: Look, seeded: Seed): Promise<void> {
  const tab = await openTab(browser, server.address, look)
  for (const { name, path, shows } of ROUTES.filter(route => route.name.startsWith(only))) {
    await tab.page.goto(path(seeded))
    await settled(tab.page, shows)
    await tab.page.screenshot({ path: join(folder, `${name}-${look}.png`) })
  }
  for (const problem of tab.problems) console.error(`${look}: ${problem}`)
  await tab.close()
}
