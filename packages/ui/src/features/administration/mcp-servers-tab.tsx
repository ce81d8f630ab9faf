// The servers that language models call, and the tools that flows give them.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { AccessList } from '../iam/access-list.tsx'
import { Box } from '../iam/box.tsx'
import iam from '../iam/iam.module.css'
import type { Found } from '../iam/use-access.ts'
import { Badge } from '../iam/who.tsx'
import { McpServerDialog } from './mcp-server-dialog.tsx'
import { t } from './mcp-messages.ts'
import { useNotice } from './use-notices.ts'

export type McpServer = Awaited<ReturnType<typeof api.mcp.list>>['results'][number]
type Tool = Awaited<ReturnType<typeof api.mcp.tools>>[number]

const PARAMS = { new: flagParam, edit: textParam, server: textParam }
const SERVERS_MAX = 100

export function McpServersTab(): ReactNode {
  const [{ new: isNew, edit, server }, setSearch] = useSearchState(PARAMS)
  const query = useServers()
  const mayNot = useMay()
  const find = (id: string | undefined): McpServer | undefined => query.data?.results.find(one => one.id === id)
  const [edited, shown] = [find(edit), find(server)]
  return (
    <div className={iam['stack']}>
      <div>
        <AccessList
          label={t('servers')}
          query={query}
          columns={COLUMNS}
          rowKey={({ id }) => id}
          rowTo={({ id }) => `${paths.instance('mcp-servers')}?server=${encodeURIComponent(id)}`}
          rowLabel={({ id, isDefault }) => (isDefault ? `${id} ${t('isDefault')}` : id)}
          card={found => <Card found={found} />}
          creation={{
            title: t('newServer'),
            why: mayNot('MCP_SERVER:CREATE'),
            run: () => setSearch({ new: true }),
          }}
          nothing={{ icon: 'plugin', title: t('none'), text: t('noneText') }}
        />
      </div>
      {shown && <Tools key={shown.id} server={shown} />}
      {(isNew || edited) && (
        <McpServerDialog
          key={edited?.id ?? ''}
          found={edited}
          onClose={() => setSearch({ new: false, edit: undefined })}
        />
      )}
    </div>
  )
}

function useServers(): UseQueryResult<Found<McpServer>> {
  return useQuery({
    queryKey: ['instance', 'mcp-servers'],
    queryFn: ({ signal }) => api.mcp.list({ query: { page: 1, size: SERVERS_MAX }, signal }),
  })
}

const COLUMNS: readonly Column<McpServer>[] = [
  { id: 'id', title: t('id'), width: '220px', cell: found => <Name found={found} /> },
  { id: 'state', title: t('state'), width: '110px', cell: found => <State found={found} /> },
  { id: 'description', title: t('description'), width: '20%', cell: ({ description }) => description || '–' },
  { id: 'auth', title: t('auth'), width: '170px', isExtra: true, cell: ({ authType }) => authOf(authType) },
  { id: 'address', title: t('address'), isExtra: true, cell: ({ url }) => <code>{url}</code> },
  { id: 'menu', title: '', width: '56px', align: 'end', cell: found => <ServerMenu found={found} /> },
]

function authOf(type: string): string {
  return type === 'BASIC' || type === 'API_TOKEN' ? t(type) : type
}

function Name({ found: { id, isDefault } }: { readonly found: McpServer }): ReactNode {
  return (
    <span className={iam['badges']}>
      <span className={iam['strong']}>{id}</span> {isDefault && <Badge>{t('isDefault')}</Badge>}
    </span>
  )
}

function State({ found: { disabled } }: { readonly found: McpServer }): ReactNode {
  return disabled ? <Badge>{t('off')}</Badge> : <Badge look="good">{t('on')}</Badge>
}

function Card({ found }: { readonly found: McpServer }): ReactNode {
  return (
    <span className={iam['card']}>
      <span className={iam['cardLine']}>
        <Name found={found} />
        <State found={found} />
        <ServerMenu found={found} />
      </span>
      <span className={iam['address']}>{found.url}</span>
    </span>
  )
}

function ServerMenu({ found }: { readonly found: McpServer }): ReactNode {
  const { id, disabled, isDefault, url } = found
  const [isDoomed, setDoomed] = useState(false)
  const [, setSearch] = useSearchState(PARAMS)
  const mayNot = useMay()
  const turn = useNotice(
    async (of: string) => await api.mcp.toggle({ params: { id: of } }),
    of => t(disabled ? 'turnedOn' : 'turnedOff', { id: of }),
  )
  const remove = useNotice(
    async (of: string) => await api.mcp.delete({ params: { id: of } }),
    of => t('gone', { id: of }),
  )
  const why = mayNot('MCP_SERVER:UPDATE')
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(url)
    showToast({ kind: 'success', text: t('copied') })
  }
  return (
    <>
      <Menu
        label={`${t('more')}: ${id}`}
        align="end"
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              { id: 'copy', title: t('copyAddress'), icon: 'copy', run: () => void copy() },
              { id: 'tools', title: t('showTools'), icon: 'eye', run: () => setSearch({ server: id }) },
              { id: 'edit', title: t('edit'), icon: 'edit', why, run: () => setSearch({ edit: id }) },
              {
                id: 'turn',
                title: t(disabled ? 'turnOn' : 'turnOff'),
                icon: disabled ? 'run' : 'pause',
                why,
                run: () => turn.mutate(id),
              },
            ],
          },
          {
            items: [
              {
                id: 'delete',
                title: t('delete'),
                icon: 'trash',
                isDangerous: true,
                why: isDefault ? t('whyDefault') : mayNot('MCP_SERVER:DELETE'),
                run: () => setDoomed(true),
              },
            ],
          },
        ]}
      />
      {isDoomed && (
        <TypedConfirm
          title={t('deleteTitle', { id })}
          action={t('delete')}
          onClose={() => setDoomed(false)}
          onConfirm={() => {
            setDoomed(false)
            setSearch({ server: undefined })
            remove.mutate(id)
          }}
        >
          {t('deleteText')}
        </TypedConfirm>
      )}
    </>
  )
}

function Tools({ server: { id, isDefault } }: { readonly server: McpServer }): ReactNode {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['instance', 'mcp-servers', id, 'tools'],
    queryFn: ({ signal }) => api.mcp.tools({ params: { id }, signal }),
  })
  return (
    <Box title={t('tools', { id })}>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={3} />}
      {data?.length === 0 && (
        <>
          <p className={iam['muted']}>{t('noTools')}</p>
          <CodeBlock label={t('noTools')} text={exampleOf(isDefault ? undefined : id)} />
        </>
      )}
      {data !== undefined && data.length > 0 && (
        <Table
          label={t('tools', { id })}
          columns={TOOL_COLUMNS}
          rows={data}
          rowKey={({ name }) => name}
          card={tool => (
            <span className={iam['card']}>
              <code>{tool.name}</code>
              <span className={iam['muted']}>{tool.description || tool.title}</span>
            </span>
          )}
        />
      )}
    </Box>
  )
}

const TOOL_COLUMNS: readonly Column<Tool>[] = [
  { id: 'name', title: t('tool'), width: '220px', cell: ({ name }) => <code>{name}</code> },
  { id: 'what', title: t('what'), cell: ({ title, description }) => description || title },
  {
    id: 'flow',
    title: t('flow'),
    cell: ({ namespace, flowId }) => (
      <Link to={paths.flow({ namespace, id: flowId }, 'triggers')}>
        {namespace} / {flowId}
      </Link>
    ),
  },
]

function exampleOf(server: string | undefined): string {
  return [
    'triggers:',
    '  - id: tool',
    '    type: io.kestra.plugin.core.trigger.McpToolTrigger',
    '    toolName: greet',
    '    title: Greet',
    '    toolDescription: Greets somebody by name.',
    ...(server === undefined ? [] : [`    mcpServer: ${server}`]),
  ].join('\n')
}
