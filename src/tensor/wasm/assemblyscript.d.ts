/** A compiled WebAssembly module as base64; see `scripts/assemblyscript_plugin.ts`. */
declare module '*?assemblyscript' {
  const base64: string;
  export default base64;
}
