// Where the other programs of this installation are. The build turns scripts into the bundles of those sources.
import { fileURLToPath } from 'node:url'

/** Script of the database thread. */
export const THREAD_URL: URL = new URL('../storage/sqlite/flush-thread.ts', import.meta.url)

/** Script of the process of a manager of secrets. */
export const MANAGER_SCRIPT: string = fileURLToPath(new URL('../secrets/manager-process.ts', import.meta.url))

/** Script of the host process. */
export const HOST_SCRIPT: string = fileURLToPath(new URL('../../../host/src/main.ts', import.meta.url))

/** Script that says what a plugin defines. */
export const DESCRIBE_SCRIPT: string = fileURLToPath(new URL('../../../host/src/describe-plugin.ts', import.meta.url))

/** Script that says what a task from a file of a namespace takes. */
export const DESCRIBE_FILE_SCRIPT: string = fileURLToPath(
  new URL('../../../host/src/describe-task-file.ts', import.meta.url),
)

/** What that script may read beside the file: the program, and what it needs. */
export const PROGRAM_DIR: string = fileURLToPath(
  import.meta.url.endsWith('.ts') ? new URL('../../../..', import.meta.url) : new URL('.', import.meta.url),
)

/** One folder per plugin, each with its manifest and its bundle; run from the sources, those of the last build serve. */
export const PLUGINS_DIR: string = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../../../../dist/plugins', import.meta.url)
    : new URL('./plugins', import.meta.url),
)

/** Flows to begin with. */
export const BLUEPRINT_DIRS: readonly string[] = (
  import.meta.url.endsWith('.ts') ? ['../../../../blueprints', '../../../../examples'] : ['./blueprints']
).map(folder => fileURLToPath(new URL(folder, import.meta.url)))

/** The web page, as the build left it. */
export const PAGE_DIR: string = fileURLToPath(
  import.meta.url.endsWith('.ts') ? new URL('../../../../dist/ui', import.meta.url) : new URL('./ui', import.meta.url),
)
