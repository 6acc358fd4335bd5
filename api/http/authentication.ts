import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";
import { Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { findTokenByHash } from "../store/tokens.ts";
import { type Asked, mayCall, type Principal, type Role, rolesFor } from "./permissions.ts";

/** Name of who holds `BULWARK_TOKEN`. */
export const bootstrapName = "bootstrap";

export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Form of the tokens that this service makes: 256 bits of randomness, which can't be guessed at any speed. */
export const madeToken = /^bulwark_[\w-]{43}$/;

/** @returns the bearer token that the request brings */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(request.get("authorization") ?? "")?.[1];
}

const challenge = { "WWW-Authenticate": 'Bearer realm="bulwark"' };

export interface Authentication {
  /** @throws Problem 401 */
  identify(request: Request): Promise<Principal>;
  /** @throws Problem 403 */
  allow(principal: Principal, asked: Asked): void;
}

/**
 * Bearer tokens. Only hashes are compared, in constant time; a token has 256 bits of randomness, so that its SHA-256 can't be
 * searched.
 */
export function createAuthentication(db: Db, bootstrapToken: string): Authentication {
  const bootstrapHash = hashToken(bootstrapToken);

  async function find(token: string): Promise<Principal | undefined> {
    const hash = hashToken(token);
    if (timingSafeEqual(hash, bootstrapHash)) return { id: bootstrapName, name: bootstrapName, role: "administrator" };
    // Decided at once, so that many guesses at a time are counted one after another.
    if (!madeToken.test(token)) return undefined;
    const row = await findTokenByHash(db, hash);
    if (row === undefined || !timingSafeEqual(row.hash, hash)) return undefined;
    const { id, name, role, accounts } = row;
    return { id, name, role: role as Role, accounts: accounts ?? undefined };
  }

  return {
    async identify(request) {
      const token = bearerOf(request);
      const principal = token === undefined ? undefined : await find(token);
      if (principal !== undefined) return principal;
      const known = token === undefined ? "No bearer token was sent." : "The bearer token is not known.";
      throw new Problem(
        "unauthenticated",
        `${known} Send Authorization: Bearer <token>; an administrator makes one with POST /tokens.`,
        { headers: challenge },
      );
    },
    allow({ role }, asked) {
      if (mayCall(role, asked)) return;
      const allowed = rolesFor(asked).join(", ");
      throw new Problem("forbidden", `The token's role is ${role}; this takes one of: ${allowed}.`);
    },
  };
}
