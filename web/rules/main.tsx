/** The rule playground: rules to the left, a station's month under them to the right. */
import { render } from 'preact'
import { Playground } from './playground.tsx'
import { pageOf } from './page.ts'
import './rules.css'

const root = document.querySelector<HTMLElement>('#rules')!
const page = pageOf(root)
root.replaceChildren()
render(<Playground page={page} />, root)
