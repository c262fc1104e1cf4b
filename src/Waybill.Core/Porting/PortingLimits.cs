namespace Waybill.Core.Porting;

/// <summary>Bounds of orders of porting.</summary>
public static class PortingLimits
{
    /// <summary>Numbers of an order.</summary>
    public const int Numbers = 10_000;

    /// <summary>Single numbers and ranges that an order names.</summary>
    public const int Spans = 200;

    /// <summary>Characters of the field that names them.</summary>
    public const int NumberText = 10_000;

    /// <summary>Characters of one of them, with all blanks and signs that people put into numbers.</summary>
    public const int SpanText = 100;

    /// <summary>Orders of an account that are not over.</summary>
    public const int OpenOrders = 1_000;

    /// <summary>Letters of authority of an order, those before among them.</summary>
    public const int Letters = 10;

    /// <summary>Bytes of a letter.</summary>
    public const int LetterSize = 5 * 1024 * 1024;

    /// <summary>Bytes of all letters of an account that are kept: they lie in the database, and in each backup of it.</summary>
    public const long LettersOfAccount = 256 * 1024 * 1024;

    /// <summary>Characters of the name of a letter's file.</summary>
    public const int LetterName = 100;

    /// <summary>Orders of one table.</summary>
    public const int ImportRows = 200;

    /// <summary>Bytes of such a table.</summary>
    public const int ImportSize = 1024 * 1024;

    /// <summary>Days ahead that a port can be wanted for.</summary>
    public const int DaysAhead = 180;

    /// <summary>Characters of a code of rejection.</summary>
    public const int Code = 16;

    /// <summary>Days that are otherwise than the calendar's rules have it.</summary>
    public const int OneOffDays = 500;

    /// <summary>Changes of an order that are shown, the latest first.</summary>
    public const int History = 200;

    /// <summary>Letters that are removed, and overdue orders that are told of, in one transaction.</summary>
    public const int Together = 100;

    /// <summary>How often orders are looked at that are due.</summary>
    public static readonly TimeSpan OverdueEvery = TimeSpan.FromMinutes(15);
}
