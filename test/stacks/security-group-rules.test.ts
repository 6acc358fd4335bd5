import assert from "node:assert/strict";
import { rulesOf } from "../../stacks/inventory/security-group-rules.ts";

const owner = { groupId: "sg-own", accountId: "100000000001" };

describe("the rules of a security group, as the provider has them", () => {
  it("are those that AWS gives a default group: everything from itself, everything out", () => {
    const itself = { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-own", UserId: "100000000001" }] };
    assert.deepEqual(rulesOf([itself], owner), [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }]);
    const out = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }], Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
    assert.deepEqual(rulesOf([out], owner), [
      { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] },
    ]);
  });

  it("are one for each description of a permission", () => {
    const permission = {
      ...{ IpProtocol: "tcp", FromPort: 443, ToPort: 443 },
      IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }, { CidrIp: "192.0.2.0/24" }],
      PrefixListIds: [{ PrefixListId: "pl-1", Description: "inside" }],
    };
    const web = { protocol: "tcp", fromPort: 443, toPort: 443 };
    assert.deepEqual(rulesOf([permission], owner), [
      { ...web, description: "inside", cidrBlocks: ["10.0.0.0/8"], prefixListIds: ["pl-1"] },
      { ...web, cidrBlocks: ["192.0.2.0/24"] },
    ]);
  });

  it("name groups of other accounts with the account", () => {
    const UserIdGroupPairs = [
      { GroupId: "sg-other", UserId: "100000000001" },
      { GroupId: "sg-far", UserId: "100000000002" },
    ];
    const [rule] = rulesOf([{ IpProtocol: "icmp", FromPort: -1, ToPort: -1, UserIdGroupPairs }], owner);
    assert.deepEqual(rule, {
      ...{ protocol: "icmp", fromPort: -1, toPort: -1 },
      securityGroups: ["sg-other", "100000000002/sg-far"],
    });
  });
});
