using NodaTime;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>A server whose data tests write as days, services and costs, whatever its own format.</summary>
internal interface IDailyCosts
{
    /// <summary>Replaces all data of the account.</summary>
    void SetCosts(params (LocalDate Day, string Service, string Cost)[] costs);
}
