// batuta plugin install, uninstall, list --installed: packages in the folder of an installation, whether a server runs or not.
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine } from '../print.ts'
import { showTable } from '../show.ts'
import { sayBuiltIn } from './plugin.ts'

export type PluginPlaceOptions = GlobalOptions & PlaceOptions

/** Packages are installed into the folder of the installation; a server that runs there takes them at once. */
export async function pluginInstall(names: readonly string[], options: PluginPlaceOptions): Promise<ExitCode> {
  const packages = names.filter(name => !isMaven(name))
  if (packages.length < names.length || names.length === 0) return await sayBuiltIn(names.filter(isMaven), options)
  const { installPlugin } = await import('@batuta/server')
  const reports = []
  for (const name of packages) {
    const report = await installPlugin(name, placeOf(options))
    reports.push(report)
    if (options.json) continue
    printLine(`✓ ${report.name}@${report.version} in ${report.folder}`)
    printLine(`  ${report.integrity}`)
    for (const type of report.types)
      printLine(
        `  ${type}${report.shadowed.includes(type) ? ` (the program has its own: say version: ${report.version})` : ''}`,
      )
  }
  if (options.json) printJson(reports)
  return EXIT.ok
}

export async function pluginUninstall(names: readonly string[], options: PluginPlaceOptions): Promise<ExitCode> {
  if (names.length === 0) throw new CommandError(EXIT.usage, 'say which plugin: its name, or name@version')
  const { uninstallPlugin } = await import('@batuta/server')
  const gone = []
  for (const name of names) gone.push(...(await uninstallPlugin(name, placeOf(options))))
  if (options.json) printJson(gone)
  else for (const key of gone) printLine(`✓ ${key} is gone`)
  return EXIT.ok
}

export async function listPackages(options: PluginPlaceOptions): Promise<ExitCode> {
  const { listInstalled } = await import('@batuta/server')
  return showTable(options, await listInstalled(placeOf(options)), [
    ['NAME', ({ name }) => name],
    ['VERSION', ({ version }) => version],
    ['INTACT', ({ isIntact }) => isIntact],
    ['SOURCE', ({ source }) => source],
    ['INTEGRITY', ({ integrity }) => integrity],
  ])
}

/** Kestra's coordinates: `group:artifact:version`. */
function isMaven(name: string): boolean {
  return /^[\w.-]+:[\w.-]+(?::[\w.-]+)?$/.test(name)
}
