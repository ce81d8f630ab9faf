import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FLOW = `id: one
namespace: any

tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: hello
`
const FILES: Readonly<Record<string, string>> = {
  '_flows/one.yml': FLOW,
  '_bad/two.yml': 'id: two',
  '_files/a.txt': 'a',
  '_dashboards/load.yml': 'id: load\ntitle: Load\ncharts: []\n',
}

/** A bare repository with a branch `main`; gives its address. */
export function makeRepository(home: string): string {
  const [work, bare] = [join(home, 'work'), join(home, 'repository.git')]
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(work, name)), { recursive: true })
    writeFileSync(join(work, name), content)
  }
  const git = (...args: readonly string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: work })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '-m', 'first')
  git('clone', '--quiet', '--bare', work, bare)
  return `file://${bare}`
}
