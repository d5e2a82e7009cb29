using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>Waits for what the server's controllers do after a write.</summary>
internal static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer fits; fails with the last answer.</summary>
    public static async Task<RawAnswer> AnswerAsync(Func<Task<RawAnswer>> ask, Func<RawAnswer, bool> fits, string what)
    {
        DateTime end = DateTime.UtcNow + Deadline;
        while (true)
        {
            RawAnswer answer = await ask();
            if (fits(answer))
                return answer;
            if (DateTime.UtcNow > end)
                throw new TimeoutException($"{what}: not within {Deadline}; the last answer was {answer.Code} {answer.Text}");
            await Task.Delay(Interval);
        }
    }

    public static Task GoneAsync(RawApi api, string path) =>
        AnswerAsync(() => api.GetAsync(path), a => a.Code == 404, $"{path} is gone");
}
