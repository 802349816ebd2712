using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Api.RateLimits;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Team;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's team.</summary>
internal static class TeamEndpoints
{
    public static void MapTeam(this IEndpointRouteBuilder app)
    {
        const string Route = "/api/v1/customers/{id}/team";
        var group = app.MapGroup(Route)
            .WithTags("Team")
            .RequireCustomer(ScopeResource.Team)
            .Refuses(ErrorCode.NotFound);
        group
            .MapPost("", InviteAsync)
            .WithName("InviteMember")
            .WithSummary("Invites somebody and answers the invitation token, this one time.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.AlreadyExists, ErrorCode.TeamLimit);
        group
            .MapGet("", ListAsync)
            .WithName("ListMembers")
            .WithSummary("The team by e-mail address, invited and removed ones among them.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapDelete("/{member_id}", RemoveAsync)
            .WithName("RemoveMember")
            .WithSummary("Takes a member out; the keys bound to it stop working at once.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.Conflict);
        app.MapPut(Route + "/{member_id}", UpdateAsync)
            .WithTags("Team")
            .WithName("UpdateMember")
            .WithSummary("Changes a member; or, with its invitation token and no key, accepts the invitation.")
            .RequireCustomerOrInvitation()
            .LimitOpenCalls()
            .Refuses(ErrorCode.NotFound, ErrorCode.InvalidTimezone, ErrorCode.Conflict);
    }

    private static async Task<Results<Created<InvitedMemberResponse>, SchedulerProblem>> InviteAsync(
        string id,
        Body<InviteMemberRequest> body,
        Membership team,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await team.InviteAsync(id, body.Value, caller.AsAuthority(), caller.AsActor(), cancellation) switch
        {
            MemberResult.Invited(var invitation) => TypedResults.Created(
                $"/api/v1/customers/{id}/team/{invitation.MemberId}",
                invitation
            ),
            var other => Problem(other),
        };

    private static async Task<Results<Page<TeamMemberResponse>, SchedulerProblem>> ListAsync(
        string id,
        [AsParameters] PageQuery page,
        TeamMemberStore team,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        if (page.Read(parts: 1, out var start) is { } problem)
        {
            return problem;
        }
        if (await customers.StandingAsync(id, cancellation) is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var rows = await team.ListAsync(id, start.After?[0], start.Limit + 1, cancellation);
        return Page.Of(rows, start.Limit, member => [member.Email], member => member);
    }

    private static async Task<Results<Ok<TeamMemberResponse>, SchedulerProblem>> UpdateAsync(
        string id,
        [FromRoute(Name = "member_id")] string memberId,
        Body<UpdateMemberRequest> body,
        Membership team,
        CurrentCaller caller,
        HttpContext context,
        CancellationToken cancellation
    )
    {
        var change = body.Value;
        if (change.InvitationToken is not null)
        {
            return Answer(await team.AcceptAsync(id, memberId, change, caller.AsActor(), cancellation));
        }
        return InvitationAccess.Refuse(context, id) is { } refusal
            ? refusal
            : Answer(
                await team.UpdateAsync(id, memberId, change, caller.AsAuthority(), caller.AsActor(), cancellation)
            );
    }

    private static async Task<Results<Ok<TeamMemberResponse>, SchedulerProblem>> RemoveAsync(
        string id,
        [FromRoute(Name = "member_id")] string memberId,
        Membership team,
        CurrentCaller caller,
        CancellationToken cancellation
    ) => Answer(await team.RemoveAsync(id, memberId, caller.AsAuthority(), caller.AsActor(), cancellation));

    private static Results<Ok<TeamMemberResponse>, SchedulerProblem> Answer(MemberResult result) =>
        result is MemberResult.Done(var member) ? TypedResults.Ok(member) : Problem(result);

    private static SchedulerProblem Problem(MemberResult result) =>
        result switch
        {
            MemberResult.UnknownTimezone(var message) => SchedulerProblem.Create(
                ErrorCode.InvalidTimezone,
                $"timezone: {message}"
            ),
            MemberResult.Refused(var reason) => Problem(reason),
            _ => throw new UnreachableException(),
        };

    private static SchedulerProblem Problem(MemberRefusal reason) =>
        reason switch
        {
            MemberRefusal.NoCustomer or MemberRefusal.NoSuchMember => SchedulerProblem.Create(ErrorCode.NotFound),
            MemberRefusal.Exists => SchedulerProblem.Create(
                ErrorCode.AlreadyExists,
                "email: is a member's already, or has an invitation that is still open."
            ),
            MemberRefusal.Limit => SchedulerProblem.Create(ErrorCode.TeamLimit),
            MemberRefusal.OwnerNeeded => SchedulerProblem.Create(
                ErrorCode.Forbidden,
                "Only an OWNER manages OWNERs; nobody hands on more than it has."
            ),
            MemberRefusal.LastOwner => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "It is the last OWNER; make another member OWNER first."
            ),
            MemberRefusal.NotAMember => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "The invitation is still open, or the member was removed."
            ),
            MemberRefusal.NotValid => SchedulerProblem.Create(
                ErrorCode.Forbidden,
                "invitation_token: is not valid, was used, or is over."
            ),
            _ => throw new UnreachableException(),
        };
}
