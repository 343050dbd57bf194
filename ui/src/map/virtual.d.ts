/** The address of a world that the build makes, of one degree of detail. */
declare module 'virtual:world/*' {
  const url: string;
  export default url;
}
