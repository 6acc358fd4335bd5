import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";
import { Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { findTokenByHash } from "../store/tokens.ts";

export const roles = ["viewer", "operator", "approver", "administrator"] as const;
export type Role = (typeof roles)[number];

/** What a call needs: to look, to have operations done, to decide on changes, to administer the service. */
export const permissions = ["read", "operate", "approve", "administer"] as const;
export type Permission = (typeof permissions)[number];

const grants: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ["read"],
  operator: ["read", "operate"],
  approver: ["read", "approve"],
  administrator: ["read", "operate", "approve", "administer"],
};

export function rolesWith(permission: Permission): Role[] {
  return roles.filter((role) => grants[role].includes(permission));
}

/** Who calls. */
export interface Principal {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

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
  allow(principal: Principal, permission: Permission): void;
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
    return { id: row.id, name: row.name, role: row.role as Role };
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
    allow({ role }, permission) {
      if (grants[role].includes(permission)) return;
      const allowed = rolesWith(permission).join(", ");
      throw new Problem("forbidden", `The token's role is ${role}; this takes one of: ${allowed}.`);
    },
  };
}
