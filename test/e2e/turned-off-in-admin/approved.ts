import assert from "node:assert/strict";
import type { Operation } from "../api.ts";
import type { Environment } from "../environment.ts";

/** Deploys the admin stack, and has what takes protection away approved by somebody else. */
export async function deployApproved({ api }: Environment): Promise<Operation> {
  const { id } = await api.accepted("POST", "/admin/deployments", {});
  for (;;) {
    const { body } = await api.call("GET", `/operations/${id}`);
    if (body.status === "awaiting_approval") {
      const made = await api.call("POST", "/tokens", { body: { name: "turned-off", role: "approver" } });
      await api.call("POST", `/changes/${body.result.change}/approve`, { token: made.body.token });
    }
    if (["succeeded", "failed", "cancelled"].includes(body.status)) {
      assert.equal(body.status, "succeeded", JSON.stringify(body.error, null, 2));
      return body as Operation;
    }
    await new Promise((settle) => setTimeout(settle, 300));
  }
}
