declare module '*.css'
/** Where the builder has put a thread of its own. */
declare module '*?worker&url' {
  const url: string
  export default url
}
