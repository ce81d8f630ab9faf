import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { Menu, type MenuItem } from './menu.tsx'
import { showToast } from './toast.tsx'
import { t } from './messages.ts'

export interface CopyForm {
  /** `cURL`, `CLI`, `YAML`, `JSON`, `Link`, `Markdown`. */
  readonly name: string
  text(): string | Promise<string>
}

/** Copies an object or a list in one of its forms. */
export function CopyAs({
  forms,
  label = 'Copy as…',
}: {
  readonly forms: readonly CopyForm[]
  readonly label?: string
}): ReactNode {
  return (
    <Menu
      label={label}
      button={<Icon name="copy" />}
      align="end"
      groups={[
        {
          title: label,
          items: copyItems(forms),
        },
      ]}
    />
  )
}

/** The same for a menu that has more in it. */
export function copyItems(forms: readonly CopyForm[]): readonly MenuItem[] {
  return forms.map(form => ({ id: `copy-${form.name}`, title: form.name, run: () => void copy(form) }))
}

async function copy({ name, text }: CopyForm): Promise<void> {
  try {
    await navigator.clipboard.writeText(await text())
    showToast({ kind: 'success', text: t('copiedAs', { name }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notCopiedAs', { name }), detail: String(error) })
  }
}

/** A line for a shell. The token is named, never written. */
export function curlLine(
  url: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: string } = {},
): string {
  return [
    'curl -sS',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    '-H "Authorization: Bearer $BATUTA_TOKEN"',
    ...(body === undefined ? [] : [`-H 'Content-Type: application/json' --data ${shellQuote(body)}`]),
    shellQuote(url),
  ].join(' ')
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
