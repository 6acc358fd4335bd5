import { z } from "zod";

const Address = z.union([z.ipv4(), z.ipv6()]);
const Block = z.union([z.cidrv4(), z.cidrv6()]);

/** An IP address, or a network in CIDR notation that is written by its first address, as AWS has it. */
export const Network = z.string().refine((text) => Address.safeParse(text).success || isNetwork(text), {
  error: "must be an IP address or a network such as 198.51.100.0/24",
});

function isNetwork(text: string): boolean {
  if (!Block.safeParse(text).success) return false;
  const [address = "", length = ""] = text.split("/");
  if (address.includes(":")) return true;
  const bits = address.split(".").reduce((value, byte) => value * 256 + Number(byte), 0);
  return bits % 2 ** (32 - Number(length)) === 0;
}

/** Adds what is wrong with networks in a list, at the places of the list. */
export function checkNetworks(
  values: readonly string[] | undefined,
  path: readonly (string | number)[],
  context: z.core.$RefinementCtx,
): void {
  for (const [index, value] of (values ?? []).entries()) {
    const message = Network.safeParse(value).error?.issues[0]?.message;
    if (message !== undefined) context.addIssue({ code: "custom", path: [...path, index], message });
  }
}
