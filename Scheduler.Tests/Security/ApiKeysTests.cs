using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Team;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Security;

/// <summary>Who gets which key.</summary>
[TestFixture]
internal sealed class ApiKeysTests
{
    private static readonly Authority Customer = new(IsAdmin: false, ["*"], Ceiling: null, MemberId: null);

    private SqliteDatabase database = null!;
    private StoreHarness harness = null!;
    private ApiKeys keys = null!;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        harness = new StoreHarness(database.Engine);
        keys = new ApiKeys(harness.Keys, harness.KnownKeys, harness.Clock, harness.Ids);
        await harness.OnboardAsync("acme");
    }

    [TearDown]
    public ValueTask Close() => database.DisposeAsync();

    [Test]
    public async Task A_key_is_made_as_it_was_asked_for_and_found_by_its_text_alone()
    {
        var expires = harness.Now + Duration.FromDays(30);
        var request = new CreateApiKeyRequest
        {
            KeyName = "ci",
            Scopes = ["runs:read", "runs:read", "keys:read"],
            ExpiresAt = expires,
            RateLimitTier = RateLimitTier.Elevated,
        };

        var made = await MakeAsync(request, Customer);
        var listed = (await harness.Keys.ListAsync("acme", null, 10, default)).Single(key =>
            key.ApiKeyId == made.ApiKeyId
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That((made.KeyName, made.CustomerId, made.MemberId), Is.EqualTo(("ci", "acme", null as string)));
            Assert.That((made.ExpiresAt, made.RateLimitTier), Is.EqualTo((expires, RateLimitTier.Elevated)));
            Assert.That(made.Scopes, Is.EqualTo(["runs:read", "keys:read"]));
            Assert.That(listed.RateLimitTier, Is.EqualTo(RateLimitTier.Elevated));
            Assert.That(made.ApiKey, Does.StartWith(made.KeyPrefix[..10]));
        }
    }

    [Test]
    public async Task A_key_of_which_nothing_is_said_is_a_standard_one_of_the_customer_itself()
    {
        var made = await MakeAsync(Plain, Customer);

        Assert.That(
            (made.RateLimitTier, made.MemberId, made.ExpiresAt),
            Is.EqualTo((RateLimitTier.Standard, null as string, null as Instant?))
        );
    }

    [Test]
    public async Task Who_may_less_than_everything_gives_away_no_more_than_that()
    {
        var caller = new Authority(IsAdmin: false, ["keys:write", "runs:read"], Ceiling: null, MemberId: null);

        var refused = await keys.CreateAsync("acme", Plain, caller, StoreHarness.Actor, default);

        Assert.That(
            refused,
            Is.TypeOf<CreateKeyResult.BeyondCaller>()
                .With.Property("Message")
                .StartsWith("scopes: ")
                .And.Property("Message")
                .Contains("own")
        );
    }

    [TestCase(0, false)]
    [TestCase(-1, false)]
    [TestCase(1, true)]
    public async Task A_key_expires_in_the_future(int seconds, bool isMade)
    {
        var request = Plain with { ExpiresAt = harness.Now + Duration.FromSeconds(seconds) };

        var result = await keys.CreateAsync("acme", request, Customer, StoreHarness.Actor, default);

        Assert.That(
            result,
            isMade
                ? Is.TypeOf<CreateKeyResult.Created>()
                : Is.EqualTo(new CreateKeyResult.WrongField("expires_at", "Must be in the future."))
        );
    }

    [Test]
    public async Task A_member_below_owner_makes_keys_that_end_with_it_and_an_owner_keys_of_the_customer()
    {
        var admin = await JoinAsync("bo@example.com", TeamRole.Admin);
        var owner = await JoinAsync("cy@example.com", TeamRole.Owner);
        var request = Plain with { Scopes = ["runs:read"] };

        var byAdmin = await MakeAsync(request, new Authority(false, ["*"], TeamRole.Admin, admin));
        var byOwner = await MakeAsync(request, new Authority(false, ["*"], TeamRole.Owner, owner));
        var forAdmin = await MakeAsync(request with { MemberId = admin }, Customer);

        Assert.That(
            (byAdmin.MemberId, byOwner.MemberId, forAdmin.MemberId),
            Is.EqualTo((admin, null as string, admin))
        );
    }

    [Test]
    public async Task A_member_that_is_not_there_or_above_the_caller_gets_no_key()
    {
        var admin = await JoinAsync("bo@example.com", TeamRole.Admin);
        var owner = await JoinAsync("cy@example.com", TeamRole.Owner);
        var caller = new Authority(false, ["*"], TeamRole.Admin, admin);
        var request = Plain with { Scopes = ["runs:read"] };

        var nobody = await keys.CreateAsync(
            "acme",
            request with
            {
                MemberId = "nobody",
            },
            Customer,
            StoreHarness.Actor,
            default
        );
        var above = await keys.CreateAsync(
            "acme",
            request with
            {
                MemberId = owner,
            },
            caller,
            StoreHarness.Actor,
            default
        );
        var nowhere = await keys.CreateAsync("nowhere", Plain, Customer, StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                nobody,
                Is.EqualTo(new CreateKeyResult.WrongField("member_id", "Is no active member of the team."))
            );
            Assert.That(
                above,
                Is.EqualTo(new CreateKeyResult.BeyondCaller("member_id: only an OWNER manages OWNERs."))
            );
            Assert.That(nowhere, Is.TypeOf<CreateKeyResult.NoSuchCustomer>());
        }
    }

    [Test]
    public async Task A_key_ends_itself_whatever_it_may_and_is_looked_up_anew_at_once()
    {
        var made = await MakeAsync(Plain, Customer);
        var hash = ApiKey.TryParse(made.ApiKey, out var key) ? key.Hash : "";
        var before = await harness.KnownKeys.FindAsync(hash, default);
        var itself = StoreHarness.Actor with { KeyId = made.ApiKeyId };
        var lesser = new Authority(false, ["keys:write"], TeamRole.Admin, null);

        var byAnother = await keys.RevokeAsync("acme", made.ApiKeyId, lesser, StoreHarness.Actor, default);
        var byItself = await keys.RevokeAsync("acme", made.ApiKeyId, Customer, itself, default);
        var after = await harness.KnownKeys.FindAsync(hash, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(byAnother!.Value.Refusal, Is.EqualTo(RevokeRefusal.MemberAbove));
            Assert.That(byItself!.Value.Refusal, Is.Null);
            Assert.That((before!.Key, after!.Key), Is.EqualTo((KeyStanding.Active, KeyStanding.Revoked)));
        }
    }

    [Test]
    public async Task A_key_with_scopes_beyond_the_callers_is_ended_by_itself_alone()
    {
        var viewer = await JoinAsync("bo@example.com", TeamRole.Viewer);
        var made = await MakeAsync(Plain with { MemberId = viewer }, Customer);
        var rights = RoleScopes.Of(TeamRole.Viewer).Select(scope => scope.ToString());
        // Enough to manage viewers, and less than the scopes that are written on the key.
        var caller = new Authority(IsAdmin: false, [.. rights, "keys:write"], Ceiling: null, MemberId: null);
        var itself = StoreHarness.Actor with { KeyId = made.ApiKeyId };

        var byAnother = await keys.RevokeAsync("acme", made.ApiKeyId, caller, StoreHarness.Actor, default);
        var byItself = await keys.RevokeAsync("acme", made.ApiKeyId, caller, itself, default);

        Assert.That(
            (byAnother!.Value.Refusal, byItself!.Value.Refusal),
            Is.EqualTo(((RevokeRefusal?)RevokeRefusal.MemberAbove, (RevokeRefusal?)null))
        );
    }

    private static CreateApiKeyRequest Plain => new() { KeyName = "main" };

    private async Task<CreatedApiKeyResponse> MakeAsync(CreateApiKeyRequest request, Authority caller) =>
        ((CreateKeyResult.Created)await keys.CreateAsync("acme", request, caller, StoreHarness.Actor, default)).Key;

    private async Task<string> JoinAsync(string email, TeamRole role)
    {
        var invited = (MemberResult.Invited)
            await harness.Team.InviteAsync(
                "acme",
                new() { Email = email, Role = role },
                Customer,
                StoreHarness.Actor,
                default
            );
        var body = new UpdateMemberRequest { InvitationToken = invited.Invitation.InvitationToken };
        await harness.Team.AcceptAsync("acme", invited.Invitation.MemberId, body, StoreHarness.Actor, default);
        return invited.Invitation.MemberId;
    }
}
