import { useState, type ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { t } from './messages.ts'

export interface DeleteMenuProps {
  readonly name: string
  readonly why: string | undefined
  /** What goes with it. */
  readonly text: string
  readonly onDelete: () => void
}

/** The menu of what can only be deleted as a whole; its name is typed before. */
export function DeleteMenu({ name, why, text, onDelete }: DeleteMenuProps): ReactNode {
  const [isAsked, setAsked] = useState(false)
  return (
    <>
      <Menu
        label={t('more')}
        align="end"
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              { id: 'delete', title: t('delete'), icon: 'trash', isDangerous: true, why, run: () => setAsked(true) },
            ],
          },
        ]}
      />
      {isAsked && (
        <TypedConfirm
          title={t('deleteTitle', { name })}
          word={name}
          action={t('delete')}
          onClose={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false)
            onDelete()
          }}
        >
          <p>{text}</p>
        </TypedConfirm>
      )}
    </>
  )
}
