namespace Scheduler.Api.Dashboard.Pages;

/// <summary>A page that only says something.</summary>
/// <param name="Title">What happened.</param>
/// <param name="Text">What that means.</param>
/// <param name="Next">What to do about it.</param>
public sealed record MessageModel(string Title, string Text, string Next);
