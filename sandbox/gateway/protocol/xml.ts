/** Text as it stands between two tags. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, (found) => (found === "<" ? "&lt;" : found === ">" ? "&gt;" : "&amp;"));
}

/** An element of escaped content. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}
