// Crimes that the linter must catch: scripts/house.test.ts plants each in a copy of the house and expects the rule to strike.

export interface Crime {
  readonly rule: string
  readonly file: string
  readonly text: string
}

/** Package → the packages it may import (ARCHITECTURE.md, "Who may import whom"). */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [],
  'packages/ion': ['core'],
  'packages/api': ['core'],
  'packages/plugin-sdk': ['core', 'ion'],
  'packages/sql-kit': ['ion', 'plugin-sdk'],
  'packages/server': ['core', 'ion', 'api', 'plugin-sdk'],
  'packages/host': ['core', 'ion', 'plugin-sdk'],
  'packages/cli': ['core', 'api'],
  'packages/ui': ['core', 'api'],
  'plugins/planted': ['plugin-sdk', 'ion', 'sql-kit'],
}
const PACKAGES = ['core', 'ion', 'api', 'plugin-sdk', 'sql-kit', 'server', 'host', 'cli', 'ui', 'script']

const ROOMS = ['http', 'engine', 'worker', 'maintenance']
const DRIVERS = ['memory', 'sqlite', 'postgres']

const LINE_LIMIT = 500
const FUNCTION_LIMIT = 70

export const STYLE_CRIMES: readonly Crime[] = [
  crime('max-lines', 'export const planted: number = 1\n'.padEnd(33 + LINE_LIMIT, '\n')),
  crime('max-lines-per-function', `export function planted(): void {${'\n'.repeat(FUNCTION_LIMIT)}}`),
  crime('max-params', 'export function planted(a: 1, b: 2, c: 3, d: 4, e: 5): number { return a + b + c + d + e }'),
  crime(
    'max-depth',
    'export function planted(a: boolean): number { if (a) { if (a) { while (a) { if (a) { return 1 } } } } return 0 }',
  ),
  crime('no-else-return', 'export function planted(a: boolean): number { if (a) { return 1 } else { return 2 } }'),
  crime('filename-case', 'export const planted: number = 1', 'plantedFile.ts'),
  crime('no-default-export', 'export default 1'),
  crime('no-explicit-any', 'export const planted: any = 1'),
  crime('no-non-null-assertion', 'export const planted = (a?: string): string => a!'),
  crime('no-namespace', 'export namespace Planted { export const a = 1 }'),
  crime('consistent-type-assertions', 'export const planted = (a: unknown): string => a as string'),
  crime('explicit-module-boundary-types', 'export function planted() { return 1 }'),
  crime(
    'switch-exhaustiveness-check',
    `export function planted(a: 'x' | 'y'): number { switch (a) { case 'x': return 1 } return 2 }`,
  ),
  crime('no-restricted-properties', 'export const planted: number = Date.now()'),
  crime('no-restricted-properties', 'export const planted: number = Math.random()'),
  crime('no-restricted-globals', 'export const planted: unknown = setInterval(() => undefined, 1)'),
  crime('no-floating-promises', 'export function planted(a: () => Promise<void>): void { a() }'),
  crime('no-misused-promises', 'export function planted(a: () => Promise<boolean>): number { return a() ? 1 : 2 }'),
  crime('no-empty', 'export function planted(a: () => void): void { try { a() } catch {} }'),
  crime('no-console', `export function planted(): void { console.log('planted') }`),
  crime('no-eval', `export const planted: unknown = eval('1')`),
  crime('no-new-func', `export const planted: unknown = new Function('return 1')`),
  crime('no-implied-eval', `export const planted: unknown = setTimeout('1', 1)`),
  {
    rule: 'no-cycle',
    file: 'packages/server/src/planted-a.ts',
    text: `import { b } from './planted-b.ts'\nexport const a: () => number = () => b() + 1`,
  },
  {
    rule: 'no-cycle',
    file: 'packages/server/src/planted-b.ts',
    text: `import { a } from './planted-a.ts'\nexport const b: () => number = () => a() + 1`,
  },
]

export const IMPORT_CRIMES: readonly Crime[] = [
  ...Object.entries(MAY_IMPORT).flatMap(([from, allowed]) =>
    PACKAGES.filter(to => !allowed.includes(to) && !from.endsWith(`/${to}`)).map(to =>
      importCrime(`${from}/src/no-${to}.ts`, `@batuta/${to}`),
    ),
  ),
  ...Object.entries(MAY_IMPORT).flatMap(([from, allowed]) =>
    allowed.map(to => importCrime(`${from}/src/no-inside-of-${to}.ts`, `@batuta/${to}/src/index.ts`)),
  ),
  importCrime('packages/core/src/flow/no-node.ts', 'node:fs'),
  importCrime('packages/core/src/flow/no-bare-node.ts', 'fs'),
  importCrime('packages/api/src/no-node.ts', 'node:http'),
  importCrime('packages/api/src/no-way-around.ts', '../../server/src/boot.ts'),
  importCrime('plugins/planted/src/no-sibling.ts', '../../script/src/index.ts'),
  importCrime('packages/cli/src/commands/flow-planted.ts', '@batuta/server'),
  importCrime('packages/ui/src/lib/no-node.ts', 'node:fs'),
  importCrime('packages/ui/src/lib/no-way-around.ts', '../../server/src/boot.ts'),
  importCrime('packages/ui/src/widgets/no-batuta.ts', '@batuta/core'),
  importCrime('packages/ui/src/widgets/no-feature.ts', '../features/executions/use-executions.ts'),
  importCrime('packages/ui/src/widgets/no-fetching.ts', '../lib/api.ts'),
  importCrime('packages/server/src/http/flows/deep.ts', '../../engine/planted.ts'),
  importCrime('packages/server/src/engine/no-spawn.ts', 'node:child_process'),
  importCrime('packages/server/src/http/no-driver.ts', '../storage/sqlite/open.ts'),
  ...ROOMS.flatMap(from =>
    ROOMS.filter(to => to !== from).map(to => importCrime(`packages/server/src/${from}/no-${to}.ts`, `../${to}/x.ts`)),
  ),
  ...DRIVERS.flatMap(from =>
    [...DRIVERS.filter(to => to !== from).map(to => `../${to}/x.ts`), '../../engine/x.ts', '@batuta/plugin-sdk'].map(
      (to, index) => importCrime(`packages/server/src/storage/${from}/no-${index}.ts`, to),
    ),
  ),
]

/** What is allowed must pass, or the fence would only prove that it stops everybody. */
export const INNOCENT: readonly Crime[] = [
  ...Object.entries(MAY_IMPORT).flatMap(([from, allowed]) =>
    allowed.map(to => importCrime(`${from}/src/may-${to}.ts`, `@batuta/${to}`)),
  ),
  importCrime('packages/cli/src/commands/server-start.ts', '@batuta/server'),
  importCrime('packages/cli/src/commands/doctor.ts', '@batuta/server'),
  importCrime('packages/server/src/engine/may-inbox.ts', '../inbox/inbox.ts'),
  importCrime('packages/server/src/http/may-port.ts', '../storage/store.ts'),
  importCrime('packages/server/src/storage/sqlite/may-port.ts', '../store.ts'),
  importCrime('packages/server/src/boot.ts', './engine/engine.ts'),
  importCrime('packages/ui/src/widgets/may-messages.ts', '../lib/messages.ts'),
  importCrime('packages/server/src/worker/may-spawn.ts', 'node:child_process'),
  {
    rule: 'no-restricted-properties',
    file: 'packages/server/src/platform/clock.ts',
    text: 'export const now: number = Date.now()',
  },
  {
    rule: 'consistent-type-assertions',
    file: 'packages/core/src/std/brand.ts',
    text: 'export const brand = (a: unknown): string => a as string',
  },
]

function crime(rule: string, text: string, name: string = `planted-${rule}-${text.length}.ts`): Crime {
  return { rule, file: `packages/server/src/planted/${name}`, text }
}

function importCrime(file: string, target: string): Crime {
  return {
    rule: 'no-restricted-imports',
    file,
    text: `import { planted } from '${target}'\nexport const used: unknown = planted`,
  }
}
