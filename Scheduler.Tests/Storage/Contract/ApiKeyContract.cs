using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Keys of customers: whose they are, how many there may be, and which may be ended.</summary>
internal abstract class ApiKeyContract : MemberContract
{
    private const string Beta = "beta";
    private const string Small = "small";
    private static readonly string[] ReadOnly = ["runs:read"];
    private static readonly Duration Hour = Duration.FromHours(1);

    [SetUp]
    public async Task OnboardTwo()
    {
        await H.OnboardAsync(Beta);
        await H.OnboardAsync("acme", "PROFESSIONAL");
    }

    [Test]
    public async Task One_is_made_only_for_a_customer_that_there_is()
    {
        var refusal = await TryCreateAsync(NewKey("gamma") with { MemberId = "nobody" });

        Assert.That(refusal, Is.EqualTo(KeyCreationRefusal.NoCustomer), "the first reason of three");
    }

    [Test]
    public async Task One_is_bound_only_to_a_member_of_its_customer_who_has_accepted()
    {
        var member = await JoinAsync("bo@example.com", TeamRole.Viewer);
        string[] others =
        [
            "nobody",
            (await InviteAsync("cy@example.com", TeamRole.Owner)).MemberId,
            await JoinAsync("di@example.com", TeamRole.Viewer, Beta),
        ];

        foreach (var other in others)
        {
            Assert.That(
                await TryCreateAsync(NewKey() with { MemberId = other }, Admin),
                Is.EqualTo(KeyCreationRefusal.NoMember)
            );
        }
        var before = await ListAsync();
        await CreateAsync(NewKey() with { MemberId = member }, Admin);

        Assert.That(before, Has.Count.EqualTo(1), "what is refused leaves nothing");
        Assert.That((await ListAsync())[^1].MemberId, Is.EqualTo(member));
    }

    [Test]
    public async Task One_is_not_bound_to_a_member_above_its_maker()
    {
        var owner = await JoinAsync("bo@example.com", TeamRole.Owner);
        var admin = await JoinAsync("cy@example.com", TeamRole.Admin);

        var above = await TryCreateAsync(NewKey() with { MemberId = owner }, Admin);
        var beside = await TryCreateAsync(NewKey() with { MemberId = admin }, Admin);

        Assert.That(
            (above, beside),
            Is.EqualTo(((KeyCreationRefusal?)KeyCreationRefusal.MemberAbove, (KeyCreationRefusal?)null))
        );
    }

    [Test]
    public async Task Those_that_work_count_towards_the_number_of_the_plan_and_nobody_elses()
    {
        await H.OnboardAsync(Small, "STARTER");
        await CreateAsync(NewKey(Beta));
        for (var nth = 0; nth < 18; nth++)
        {
            await CreateAsync(NewKey(Small));
        }
        await CreateAsync(NewKey(Small) with { ExpiresAt = H.Now + Hour });

        var full = await TryCreateAsync(NewKey(Small));
        H.Advance(Hour);
        var afterOneRanOut = await TryCreateAsync(NewKey(Small));
        var fullAgain = await TryCreateAsync(NewKey(Small));
        await RevokeAsync((await ListAsync(Small))[1].ApiKeyId, customerId: Small);
        var afterOneWasEnded = await TryCreateAsync(NewKey(Small));
        var fullForGood = await TryCreateAsync(NewKey(Small));

        KeyCreationRefusal? limit = KeyCreationRefusal.Limit;
        Assert.That(
            new[] { full, afterOneRanOut, fullAgain, afterOneWasEnded, fullForGood },
            Is.EqualTo(new[] { limit, null, limit, null, limit })
        );
    }

    [Test]
    public async Task Made_at_once_they_stop_at_the_number_of_the_plan()
    {
        await H.OnboardAsync(Small, "STARTER");

        var refusals = await Task.WhenAll(
            Enumerable.Range(0, 25).Select(_ => Task.Run(() => TryCreateAsync(NewKey(Small))))
        );

        Assert.That(refusals.Count(refusal => refusal is null), Is.EqualTo(19));
    }

    [Test]
    public async Task The_plan_of_now_says_how_many_there_may_be()
    {
        await H.OnboardAsync(Small, "STARTER");
        for (var nth = 0; nth < 19; nth++)
        {
            await CreateAsync(NewKey(Small));
        }
        var before = await TryCreateAsync(NewKey(Small));
        await H.Plans.ChangeAsync(
            Small,
            new() { PlanName = SubscriptionPlan.Professional },
            isAdmin: true,
            StoreHarness.Actor,
            default
        );

        var after = await TryCreateAsync(NewKey(Small));

        Assert.That(
            (before, after),
            Is.EqualTo(((KeyCreationRefusal?)KeyCreationRefusal.Limit, (KeyCreationRefusal?)null))
        );
    }

    [Test]
    public async Task Each_is_found_with_the_standing_of_its_own_customer()
    {
        var (ours, theirs) = (NewKey(), NewKey(Beta));
        await CreateAsync(ours);
        await CreateAsync(theirs);
        await SetStatusAsync(Beta, "SUSPENDED");

        var found = await H.Keys.FindAsync([theirs.Hash, "unknown", ours.Hash], default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                found.Select(key => (key?.ApiKeyId, key?.CustomerId)),
                Is.EqualTo(new (string?, string?)[] { (theirs.ApiKeyId, Beta), (null, null), (ours.ApiKeyId, "acme") })
            );
            Assert.That(
                (found[0]!.Customer, found[2]!.Customer),
                Is.EqualTo((AccountStanding.Suspended, AccountStanding.Good))
            );
        }
    }

    [Test]
    public async Task One_is_shown_to_its_customer_alone()
    {
        var key = NewKey();
        await CreateAsync(key);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await H.Keys.GetAsync("acme", key.ApiKeyId, default))?.ApiKeyId, Is.EqualTo(key.ApiKeyId));
            Assert.That(await H.Keys.GetAsync(Beta, key.ApiKeyId, default), Is.Null);
            Assert.That(await H.Keys.GetAsync("acme", "unknown", default), Is.Null);
            Assert.That((await ListAsync(Beta)).Select(shown => shown.CustomerId), Is.EqualTo(new[] { Beta }));
        }
    }

    [Test]
    public async Task Pages_go_on_after_the_last_one_shown()
    {
        for (var nth = 0; nth < 4; nth++)
        {
            await CreateAsync(NewKey());
        }
        var all = await ListAsync();

        var first = await H.Keys.ListAsync("acme", null, 2, default);
        var second = await H.Keys.ListAsync("acme", (first[1].CreatedAt, first[1].ApiKeyId), 2, default);

        Assert.That(
            first.Concat(second).Select(key => key.ApiKeyId),
            Is.EqualTo(all.Take(4).Select(key => key.ApiKeyId))
        );
    }

    [Test]
    public async Task One_of_another_customer_is_neither_ended_nor_told_of()
    {
        var (key, other) = (NewKey(), NewKey());
        await CreateAsync(key);
        await CreateAsync(other);

        var result = await H.Keys.RevokeAsync(Beta, key.ApiKeyId, Owner.MayManage, H.Stamp(), H.Now, default);
        var before = await ListAsync();
        var ended = await H.Keys.RevokeAsync("acme", key.ApiKeyId, Owner.MayManage, H.Stamp(), H.Now, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.Null);
            Assert.That(before.Select(shown => shown.IsActive), Is.All.True);
            Assert.That(ended!.Value.Key.ApiKeyId, Is.EqualTo(key.ApiKeyId));
            Assert.That(
                (await ListAsync()).Where(shown => !shown.IsActive).Select(shown => shown.ApiKeyId),
                Is.EqualTo(new[] { key.ApiKeyId })
            );
        }
    }

    [Test]
    public async Task The_end_of_one_is_recorded_once()
    {
        var key = NewKey();
        await CreateAsync(key);
        await RevokeAsync(key.ApiKeyId);
        var ended = H.Now;
        H.Advance(Hour);

        var again = await RevokeAsync(key.ApiKeyId);
        var rows = await QueryAsync(
            "select target, before_json, after_json from scheduler_audit_entries where action = 'api_key.revoke'"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again, Is.Null);
            Assert.That((await H.Keys.GetAsync("acme", key.ApiKeyId, default))!.DeactivatedAt, Is.EqualTo(ended));
            Assert.That(rows.Select(row => row["target"]), Is.EqualTo(new[] { key.ApiKeyId }));
            Assert.That(IsActive(rows[0]["before_json"]), Is.True);
            Assert.That(IsActive(rows[0]["after_json"]), Is.False);
        }
    }

    [Test]
    public async Task Whoever_is_below_an_owner_ends_its_own_and_those_of_its_equals()
    {
        await JoinAsync("bo@example.com", TeamRole.Owner);
        var equal = NewKey() with { MemberId = await JoinAsync("cy@example.com", TeamRole.Admin) };
        var own = NewKey() with { ApiKeyId = StoreHarness.Actor.KeyId! };
        await CreateAsync(equal);
        await CreateAsync(own);

        Assert.That(
            (await RevokeAsync(equal.ApiKeyId, Admin), await RevokeAsync(own.ApiKeyId, Admin)),
            Is.EqualTo(((RevokeRefusal?)null, (RevokeRefusal?)null))
        );
    }

    [Test]
    public async Task The_last_that_works_stays_until_it_works_no_more()
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        var passing = NewKey() with { ExpiresAt = H.Now + Hour };
        await CreateAsync(passing);

        var whileAnotherWorks = await RevokeAsync(first);
        var theLast = await RevokeAsync(passing.ApiKeyId);
        H.Advance(Hour);
        var endedBefore = await RevokeAsync(first);
        var ranOut = await RevokeAsync(passing.ApiKeyId);

        Assert.That(
            new[] { whileAnotherWorks, theLast, endedBefore, ranOut },
            Is.EqualTo(new RevokeRefusal?[] { null, RevokeRefusal.LastKey, null, null })
        );
    }

    [Test]
    public async Task One_that_ran_out_is_none_that_is_left()
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        var passing = NewKey() with { ExpiresAt = H.Now + Hour };
        await CreateAsync(passing);
        H.Advance(Hour);

        Assert.That(
            (await RevokeAsync(first), await RevokeAsync(passing.ApiKeyId)),
            Is.EqualTo(((RevokeRefusal?)RevokeRefusal.LastKey, (RevokeRefusal?)null))
        );
    }

    [Test]
    public async Task One_of_a_member_who_may_make_no_others_is_not_enough()
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        await CreateAsync(NewKey() with { MemberId = await JoinAsync("bo@example.com", TeamRole.Viewer) });

        var refused = await RevokeAsync(first);
        await CreateAsync(NewKey());

        Assert.That(
            (refused, await RevokeAsync(first)),
            Is.EqualTo(((RevokeRefusal?)RevokeRefusal.LastKey, (RevokeRefusal?)null))
        );
    }

    [Test]
    public async Task Ended_all_at_once_they_leave_one()
    {
        for (var nth = 0; nth < 7; nth++)
        {
            await CreateAsync(NewKey());
        }
        var ids = (await ListAsync()).Select(key => key.ApiKeyId);

        var refusals = await Task.WhenAll(ids.Select(id => Task.Run(() => RevokeAsync(id))));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusals.Count(refusal => refusal == RevokeRefusal.LastKey), Is.EqualTo(1));
            Assert.That((await ListAsync()).Count(key => key.IsActive), Is.EqualTo(1));
        }
    }

    [TestCase(TeamRole.Owner)]
    [TestCase(TeamRole.Admin)]
    public async Task One_of_a_member_who_may_make_others_is_enough_and_stays(TeamRole role)
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        var members = NewKey() with { MemberId = await JoinAsync("bo@example.com", role) };
        await CreateAsync(members);

        Assert.That(
            (await RevokeAsync(first), await RevokeAsync(members.ApiKeyId)),
            Is.EqualTo(((RevokeRefusal?)null, (RevokeRefusal?)RevokeRefusal.LastKey))
        );
    }

    [Test]
    public async Task One_of_a_member_who_is_suspended_is_none_that_is_left()
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        var members = NewKey() with { MemberId = await JoinAsync("bo@example.com", TeamRole.Owner) };
        await CreateAsync(members);
        await ExecuteAsync(
            $"update customer_team_members set status = 'SUSPENDED' where member_id = '{members.MemberId}'"
        );

        var last = await RevokeAsync(first);
        await ExecuteAsync($"update customer_api_keys set is_active = false where api_key_id = '{first}'");
        var suspended = await RevokeAsync(members.ApiKeyId);

        Assert.That(
            (last, suspended),
            Is.EqualTo(((RevokeRefusal?)RevokeRefusal.LastKey, (RevokeRefusal?)null)),
            "it worked no more"
        );
    }

    [Test]
    public async Task The_last_that_can_make_others_stays_and_any_other_may_go()
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        var (one, other) = (NewKey() with { Scopes = ReadOnly }, NewKey() with { Scopes = ReadOnly });
        await CreateAsync(one);
        await CreateAsync(other);

        var maker = await RevokeAsync(first);
        // As if it had run out.
        await ExecuteAsync($"update customer_api_keys set is_active = false where api_key_id = '{first}'");
        var reader = await RevokeAsync(one.ApiKeyId);
        var last = await RevokeAsync(other.ApiKeyId);

        Assert.That(
            new[] { maker, reader, last },
            Is.EqualTo(new RevokeRefusal?[] { RevokeRefusal.LastKey, null, RevokeRefusal.LastKey })
        );
    }

    [TestCase("*", true)]
    [TestCase("keys:*", true)]
    [TestCase("keys:write", true)]
    [TestCase("keys:read", false)]
    public async Task Only_one_whose_scopes_allow_it_can_make_others(string scope, bool canMake)
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        await CreateAsync(NewKey() with { Scopes = [scope] });

        Assert.That(await RevokeAsync(first), Is.EqualTo(canMake ? (RevokeRefusal?)null : RevokeRefusal.LastKey));
    }

    [Test]
    public async Task A_lesser_one_ends_none_that_may_do_more()
    {
        var first = (await ListAsync()).Single().ApiKeyId;
        await CreateAsync(NewKey());
        var keys = new ApiKeys(H.Keys, H.KnownKeys, H.Clock, H.Ids);
        Authority[] callers = [new(false, ["keys:read", "keys:write"], null, null), Admin];

        foreach (var caller in callers)
        {
            var ended = await keys.RevokeAsync("acme", first, caller, StoreHarness.Actor, default);

            Assert.That(
                ended!.Value.Refusal,
                Is.EqualTo(RevokeRefusal.MemberAbove),
                "as all of its rights are looked at"
            );
            Assert.That(
                await RevokeAsync(first, caller),
                Is.EqualTo(RevokeRefusal.MemberAbove),
                "as the store sees it"
            );
        }
    }

    [Test]
    public async Task Those_of_a_member_who_is_removed_end_and_do_not_come_back_with_it()
    {
        var member = await JoinAsync("bo@example.com", TeamRole.Viewer);
        var key = NewKey() with { MemberId = member };
        await CreateAsync(key);
        var identity = await H.KnownKeys.FindAsync(key.Hash, default);

        await H.Team.RemoveAsync("acme", member, Owner, StoreHarness.Actor, default);
        var removed = await H.KnownKeys.FindAsync(key.Hash, default);
        await JoinAsync("bo@example.com", TeamRole.Admin);
        var back = await H.KnownKeys.FindAsync(key.Hash, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((identity!.Ceiling, identity.Key), Is.EqualTo((TeamRole.Viewer, KeyStanding.Active)));
            Assert.That((removed!.Key, back!.Key), Is.EqualTo((KeyStanding.Revoked, KeyStanding.Revoked)));
        }
    }

    [Test]
    public async Task Uses_are_noted_for_those_that_were_used()
    {
        await CreateAsync(NewKey());
        var used = (await ListAsync())[0].ApiKeyId;
        var uses = new KeyUses(H.Keys);
        uses.Note(used);
        uses.Note(used);
        H.Advance(Duration.FromMinutes(1));

        await uses.WriteAsync(default);

        Assert.That((await ListAsync()).Select(key => key.LastUsedAt), Is.EqualTo(new Instant?[] { H.Now, null }));
    }

    private static bool IsActive(object? document)
    {
        var value = JsonDocument.Parse((string)document!).RootElement.GetProperty("is_active");
        return value.ValueKind == JsonValueKind.Number ? value.GetInt32() == 1 : value.GetBoolean();
    }

    private Task<IReadOnlyList<ApiKeyResponse>> ListAsync(string customerId = "acme") =>
        H.Keys.ListAsync(customerId, null, 100, default);

    private NewApiKey NewKey(string customerId = "acme")
    {
        var key = ApiKey.Generate(customerId);
        return new NewApiKey
        {
            ApiKeyId = H.Ids.NewId(H.Now),
            CustomerId = customerId,
            Hash = key.Hash,
            Prefix = key.Prefix,
            Name = "test",
            Scopes = ["*"],
            MemberId = null,
            ExpiresAt = null,
            Tier = RateLimitTier.Standard,
        };
    }

    private async Task CreateAsync(NewApiKey key, Authority? caller = null) =>
        Assert.That(await TryCreateAsync(key, caller), Is.Null);

    private Task<KeyCreationRefusal?> TryCreateAsync(NewApiKey key, Authority? caller = null) =>
        H.Keys.CreateAsync(key, (caller ?? Owner).MayManage, H.Stamp(), H.Now, default);

    private async Task<RevokeRefusal?> RevokeAsync(
        string apiKeyId,
        Authority? caller = null,
        string customerId = "acme"
    ) =>
        (await H.Keys.RevokeAsync(customerId, apiKeyId, (caller ?? Owner).MayManage, H.Stamp(), H.Now, default))!
            .Value
            .Refusal;
}
