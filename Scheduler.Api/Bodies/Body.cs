using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Scheduler.Api.Errors;

namespace Scheduler.Api.Bodies;

/// <summary>
/// A JSON body as a handler's parameter, <c>Body&lt;OnboardRequest&gt; body</c>: read within the limits, every unknown,
/// missing or wrong field gathered and answered with 422 before the handler runs, so that <see cref="Value"/> is valid.
/// </summary>
/// <typeparam name="T">The contract. Where every field may be left out, so may the body.</typeparam>
public sealed class Body<T> : IBody, IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? value;

    private Body(T? value, SchedulerProblem? refusal) => (this.value, Refusal) = (value, refusal);

    /// <summary>The valid body.</summary>
    public T Value => value ?? throw new InvalidOperationException("A refused body has no value.");

    /// <inheritdoc/>
    public SchedulerProblem? Refusal { get; }

    /// <summary>Called by the framework for the parameter.</summary>
    static async ValueTask<Body<T>?> IBindableFromHttpContext<Body<T>>.BindAsync(
        HttpContext context,
        ParameterInfo parameter
    )
    {
        _ = parameter;
        return await BodyReader.ReadAsync(context) switch
        {
            BodyBytes.Refused refused => new(null, refused.Problem),
            BodyBytes.Whole { Bytes.IsEmpty: true } when BodyCheck.MayBeAbsent(typeof(T)) => Parsed("{}"u8.ToArray()),
            BodyBytes.Whole whole => Parsed(whole.Bytes),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    /// <summary>Called by the framework for the endpoint: its media type, its refusals, and the filter that answers them.</summary>
    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), BodyCheck.MayBeAbsent(typeof(T))));
        builder.Metadata.Add(
            new RefusalCodes([ErrorCode.PayloadTooLarge, ErrorCode.UnsupportedMediaType, ErrorCode.ValidationFailed])
        );
        builder.FilterFactories.Add((_, next) => invocation => RefuseAsync(invocation, next));
    }

    private static Body<T> Parsed(ReadOnlyMemory<byte> json)
    {
        var (value, errors) = BodyCheck.Parse<T>(json);
        return errors.Count == 0 ? new(value, null) : new(null, SchedulerProblem.Invalid(errors));
    }

    private static ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.Arguments.OfType<IBody>().FirstOrDefault(body => body.Refusal is not null) is { } refused
            ? ValueTask.FromResult<object?>(refused.Refusal)
            : next(call);
}
